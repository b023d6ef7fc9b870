using System.Net;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>A container's interfaces: made, given their addresses, taken away.</summary>
internal sealed class ContainerLinks(Bridges bridges)
{
    /// <summary>A veth pair between the network's bridge and the namespace.</summary>
    public async Task AttachAsync(AttachBridge order, Func<NetworkNamespace> open, CancellationToken cancellation)
    {
        var bridge = await bridges.EnsureAsync(order, cancellation);
        var network = open();
        var veth = LinkPlans.CreateVeth(
            order.HostInterface, bridge, order.ContainerInterface, LinkPlans.ParseMac(order.MacAddress), order.Mtu,
            (int)network.Handle.DangerousGetHandle());
        if (!bridges.Netlink.Ensure(veth, order.HostInterface))
        {
            // The kernel takes an ended namespace's links down some 20 ms after its end: this is the last run's.
            bridges.Netlink.DeleteLink(order.HostInterface);
            bridges.Netlink.Do(veth, order.HostInterface);
        }

        if (order.Isolated)
        {
            var port = bridges.Netlink.FindLink(order.HostInterface) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", order.HostInterface);
            bridges.Netlink.Do(LinkPlans.IsolatePort(port), order.HostInterface);
        }

        network.Netlink.Do(LinkPlans.SetUp(IndexOf(network.Netlink, order.ContainerInterface)), order.ContainerInterface);
    }

    /// <summary>The address on the interface, and the default route where the network has it.</summary>
    public static void Assign(NetlinkSocket netlink, string link, AssignIp order)
    {
        netlink.Do(LinkPlans.AddAddress(IndexOf(netlink, link), IPAddress.Parse(order.Address), order.PrefixLength), $"{order.Address} on {link}");
        if (!order.WithoutRoute)
            Route(netlink, link, order);
    }

    /// <summary>The default route by the network's gateway.</summary>
    public static void Route(NetlinkSocket netlink, string link, AssignIp order) =>
        netlink.Ensure(LinkPlans.AddDefaultRoute(IndexOf(netlink, link), IPAddress.Parse(order.Gateway)), $"the route by {order.Gateway}");

    /// <summary>Takes both ends of the pair away.</summary>
    public void Detach(AttachBridge order) => bridges.Netlink.DeleteLink(order.HostInterface);

    private static int IndexOf(NetlinkSocket netlink, string link) =>
        netlink.FindLink(link) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", link);
}
