using Shiplog.Server.Store;

namespace Shiplog.Server.Tests;

/// <summary>One whole server with a worker at the other end of the line.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private Cluster? _cluster;

    internal Cluster Cluster => _cluster!;

    internal FakeWorker Worker { get; private set; } = null!;

    internal TestServer Server { get; private set; } = null!;

    internal IEventLog Log => Server.Get<IEventLog>();

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        try
        {
            Worker = await FakeWorker.StartAsync(_cluster.Instance);
            Server = await TestServer.StartAsync(_cluster.Instance);
        }
        catch
        {
            // The runner disposes of nothing that did not begin.
            await _cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Worker.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
