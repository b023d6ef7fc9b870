using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>After step 5: ports of the host, which the server has leased, lead to the container's.</summary>
internal sealed class PublishPortsStep(HeldPorts held, Bridges bridges, Firewall firewall, Conversations conversations, TimeProvider time) : IStep
{
    public string Name => "PublishPorts";

    public bool AppliesTo(StartContainer order) => order.Ports is not null;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var ports = start.Order.Ports!;
        try
        {
            held.Hold(start.Container.Id, ports.Ports);
        }
        catch (PortInUseException e)
        {
            throw new OrderException(Failure(start.Order, e), inner: e);
        }

        var port = bridges.Netlink.FindLink(ports.HostInterface) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", ports.HostInterface);
        await OpenWayAsync(bridges.Netlink, ports.Bridge, port, ports.HostInterface, cancellation);
        await firewall.PublishAsync(start.Container.Id, ports, cancellation);
        conversations.Forget(ports.Ports);
        held.Watch(start.Container.Id, ports.Ports);
        return new PortsPublishedReport(start.Container.Id, ports.Ports, Stopwatch.GetElapsedTime(began), time.GetUtcNow());
    }

    /// <summary>Lets a bridge and a container's port of it pass what comes to a published port by the ways that are not plain.</summary>
    internal static async Task OpenWayAsync(NetlinkSocket netlink, string bridge, int port, string hostInterface, CancellationToken cancellation)
    {
        // Where bridges filter too (br_netfilter), a container's way to itself leads back out of the port that it came in by.
        netlink.Do(LinkPlans.SetHairpin(port), hostInterface);
        // The host's programs reach a container from 127.0.0.1, whose packets go nowhere but by the loopback interface otherwise.
        await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{bridge}/route_localnet", "1", cancellation);
    }

    public async Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        await firewall.UnpublishAsync(container.Id, cancellation);
        conversations.Forget(order.Ports!.Ports);
        held.Release(container.Id);
        return new PortsUnpublishedReport(container.Id, order.Ports!.Ports, false, time.GetUtcNow());
    }

    /// <summary>Takes the ports of a container that an earlier life of the worker published.</summary>
    /// <returns>Why other programs are not kept off them; <see langword="null"/> where they are.</returns>
    public string? TakeUp(string container, PublishPorts ports)
    {
        try
        {
            held.Hold(container, ports.Ports);
            held.Watch(container, ports.Ports);
            return null;
        }
        catch (PortInUseException e)
        {
            return e.Message;
        }
    }

    private OrderFailure Failure(StartContainer order, PortInUseException e) => new(
        Name, FailureKind.InUse,
        $"driver failed programming external connectivity on endpoint {order.ContainerName} ({order.Ports!.EndpointId}): {e.Message}", 128)
    {
        BusyPort = e.IsBusy ? e.Port : null,
    };
}
