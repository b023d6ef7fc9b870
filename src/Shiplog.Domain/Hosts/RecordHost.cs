using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Hosts;

/// <summary>What a worker tells of its host. Batches are deduplicated, so each is recorded once.</summary>
public static class RecordHost
{
    /// <summary>A worker came up.</summary>
    public static Decision Decide(WorkerStartedReport report, string host, string epoch) => Decision.Accept(new WorkerStarted(
        host, epoch, report.Version, report.Kernel, report.Runtime, report.StorageDriver, report.Processors, report.MemoryBytes, report.At)
    {
        Storage = report.Storage is not { } storage ? null
            : new HostStorage(storage.Reason, storage.BackingFileSystem, storage.Alternatives.ToDictionary(a => a.Driver, a => a.Missing ?? "")),
    });

    /// <summary>It put something right.</summary>
    public static Decision Decide(HostReconciledReport report, string host, string epoch) =>
        Decision.Accept(new HostReconciled(host, epoch, report.Found, report.Repaired, report.At));
}
