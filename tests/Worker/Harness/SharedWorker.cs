namespace Shiplog.Worker.Tests.Harness;

/// <summary>One worker for the tests of a class; each test has containers of its own.</summary>
public sealed class SharedWorker : IAsyncLifetime
{
    internal WorkerHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await WorkerHost.StartAsync();

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();
}
