using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 4: a network namespace of the container's own, joined with the host's bridge by a veth pair.</summary>
internal sealed class AttachBridgeStep(ContainerLinks links, Containers containers, TimeProvider time) : IStep
{
    public string Name => "AttachBridge";

    public bool AppliesTo(StartContainer order) => order.Bridge is not null;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var order = start.Order.Bridge!;
        await links.AttachAsync(order, () => start.Network = NetworkNamespace.Create(start.Container.NetworkNamespace), cancellation);
        return Attached(start.Container, order, began, time);
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        NetworkNamespace.Delete(container.NetworkNamespace);
        // A guest's process keeps the namespace, and in it the address that is about to be another one's.
        if (containers.HasGuests)
            links.Detach(order.Bridge!);
        return Task.FromResult<Report?>(Detached(container, order.Bridge!, time));
    }

    public static BridgeAttachedReport Attached(ContainerPaths container, AttachBridge order, long began, TimeProvider time) => new(
        container.Id, order.NetworkId, order.Bridge, order.HostInterface, order.ContainerInterface, order.MacAddress,
        container.NetworkNamespace, Stopwatch.GetElapsedTime(began), time.GetUtcNow());

    public static BridgeDetachedReport Detached(ContainerPaths container, AttachBridge order, TimeProvider time) =>
        new(container.Id, order.NetworkId, order.HostInterface, time.GetUtcNow());
}

/// <summary>Step 4 once more, for a further network: one more veth pair into the namespace that is there.</summary>
internal sealed class AttachFurtherBridgeStep(NetworkPlace place, ContainerLinks links, TimeProvider time) : IStep
{
    public string Name => "AttachBridge";

    public bool AppliesTo(StartContainer order) => true;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await links.AttachAsync(place.Bridge, () => start.Network!, cancellation);
        return AttachBridgeStep.Attached(start.Container, place.Bridge, began, time);
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        links.Detach(place.Bridge);
        return Task.FromResult<Report?>(AttachBridgeStep.Detached(container, place.Bridge, time));
    }
}

/// <summary>For the network <c>none</c>: a namespace with a loopback interface only. Not a step that anybody is told of.</summary>
internal sealed class IsolateNetworkStep : IStep
{
    public string Name => "AttachBridge";

    public bool AppliesTo(StartContainer order) => order.Network == NetworkMode.None;

    public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        start.Network = NetworkNamespace.Create(start.Container.NetworkNamespace);
        return Task.FromResult<Report?>(null);
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        NetworkNamespace.Delete(container.NetworkNamespace);
        return Task.FromResult<Report?>(null);
    }
}
