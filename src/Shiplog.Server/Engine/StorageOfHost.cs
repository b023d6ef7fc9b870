using Shiplog.Domain.Hosts;
using Shiplog.Server.Store;

namespace Shiplog.Server.Engine;

/// <summary>Which storage driver the worker of this host came up with last, by the log: it is the worker who knows.</summary>
internal sealed class StorageOfHost(StoreReader store, HostName host)
{
    /// <returns><see langword="null"/> where no worker has come up yet.</returns>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task<WorkerStarted?> FindAsync(CancellationToken cancellation) => (WorkerStarted?)(await store.EventsAsync(
        "SELECT type, data::text FROM mt_events WHERE stream_id = $1 AND type = 'worker_started' ORDER BY version DESC LIMIT 1",
        cancellation, Streams.Host(host.Value))).FirstOrDefault();

    /// <summary>Its name; that of the default where no worker has come up yet.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task<string> DriverAsync(CancellationToken cancellation) => (await FindAsync(cancellation))?.StorageDriver ?? Contracts.Settings.StorageDrivers[0];
}
