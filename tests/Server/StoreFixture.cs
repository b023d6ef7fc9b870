using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.Store;
using Shiplog.Server.Tests;

[assembly: AssemblyFixture(typeof(StoreFixture))]

namespace Shiplog.Server.Tests;

/// <summary>One event store for all tests that do not break it; each test uses ids of its own.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private TestStore? _store;

    internal Cluster Cluster { get; private set; } = null!;

    internal TestStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await Cluster.StartAsync();
        _store = new TestStore(Cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

/// <summary>The event store's services, without a web server around them.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestStore(Cluster cluster, TimeProvider? time = null)
    {
        Cluster = cluster;
        _services = new ServiceCollection().AddLogging().AddSingleton(time ?? TimeProvider.System).AddEventStore(cluster.Instance).BuildServiceProvider();
    }

    public Cluster Cluster { get; }

    public IEventLog Log => Get<IEventLog>();

    public IEventFeed Feed => Get<IEventFeed>();

    public IFacts Facts => Get<IFacts>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    public static CommandContext Request(string? commandId = null, string actor = "unix:root", string cause = "request") =>
        new(commandId ?? Guid.CreateVersion7().ToString(), actor, cause, Guid.CreateVersion7().ToString());

    public async Task<(string Id, string Name)> CreateContainerAsync(string? name = null, string networkMode = "bridge", bool autoRemove = false)
    {
        var id = NewId();
        name ??= "c" + id[..10];
        var context = Request();
        (await Log.DecideAsync<Container>(Streams.Container(id), _ => Decision.Accept(
            Samples.Created(id, name, context.CommandId, networkMode, autoRemove)), context, Cancellation)).ShouldBeOfType<Decision.Accepted>();
        return (id, name);
    }

    public async Task<ContainerStartRequested> RequestStartAsync(string id, Network? network = null, CommandContext? context = null)
    {
        context ??= Request();
        var decision = await Log.DecideStartAsync(id, network, (c, endpoints) => Decision.Accept(
            new ContainerStartRequested(id, context.CommandId, endpoints is [var endpoint, ..] ? endpoint : null, DateTimeOffset.UtcNow)), context, Cancellation);
        return (ContainerStartRequested)decision.ShouldBeOfType<Decision.Accepted>().Events[0];
    }

    public async Task<Network> CreateNetworkAsync(string subnet = "10.77.0.0/16", string gateway = "10.77.0.1")
    {
        var id = NewId();
        await Log.AppendAsync(
            [(Streams.Network(id), new NetworkCreated(id, "bridge", "bridge", subnet, gateway, "sl-test", DateTimeOffset.UtcNow))], Request(), Cancellation);
        return (await Log.FindNetworkAsync(id, Cancellation)).ShouldNotBeNull();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
