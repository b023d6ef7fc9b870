using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 4: a network namespace of the container's own, joined with the host's bridge by a veth pair.</summary>
internal sealed class AttachBridgeStep(Bridges bridges, TimeProvider time) : IStep
{
    public string Name => "AttachBridge";

    public bool AppliesTo(StartContainer order) => order.Bridge is not null;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var order = start.Order.Bridge!;
        var bridge = await bridges.EnsureAsync(order, cancellation);
        start.Network = NetworkNamespace.Create(start.Container.NetworkNamespace);
        var veth = LinkPlans.CreateVeth(
            order.HostInterface, bridge, order.ContainerInterface, LinkPlans.ParseMac(order.MacAddress), order.Mtu,
            (int)start.Network.Handle.DangerousGetHandle());
        if (!bridges.Netlink.Ensure(veth, order.HostInterface))
        {
            // The kernel takes an ended namespace's links down some 20 ms after its end: this is the last run's.
            bridges.Netlink.DeleteLink(order.HostInterface);
            bridges.Netlink.Do(veth, order.HostInterface);
        }

        var netlink = start.Network.Netlink;
        var index = netlink.FindLink(order.ContainerInterface) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", order.ContainerInterface);
        netlink.Do(LinkPlans.SetUp(index), order.ContainerInterface);
        return new BridgeAttachedReport(
            start.Container.Id, order.NetworkId, order.Bridge, order.HostInterface, order.ContainerInterface, order.MacAddress,
            start.Container.NetworkNamespace, Stopwatch.GetElapsedTime(began), time.GetUtcNow());
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        NetworkNamespace.Delete(container.NetworkNamespace);
        return Task.FromResult<Report?>(new BridgeDetachedReport(
            container.Id, order.Bridge!.NetworkId, order.Bridge.HostInterface, time.GetUtcNow()));
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
