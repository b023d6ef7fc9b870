using System.Diagnostics;
using System.Net;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 5: the address that the server has leased, and the way out.</summary>
internal sealed class AssignIpStep(TimeProvider time) : IStep
{
    public string Name => "AssignIp";

    public bool AppliesTo(StartContainer order) => order is { Bridge: not null, Address: not null };

    public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var (order, link) = (start.Order.Address!, start.Order.Bridge!.ContainerInterface);
        var netlink = start.Network!.Netlink;
        var index = netlink.FindLink(link) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", link);
        netlink.Do(LinkPlans.AddAddress(index, IPAddress.Parse(order.Address), order.PrefixLength), $"{order.Address} on {link}");
        netlink.Do(LinkPlans.AddDefaultRoute(index, IPAddress.Parse(order.Gateway)), $"the route by {order.Gateway}");
        return Task.FromResult<Report?>(new IpAssignedReport(
            start.Container.Id, order.NetworkId, order.Address, order.PrefixLength, order.Gateway,
            Stopwatch.GetElapsedTime(began), time.GetUtcNow()));
    }

    // The address goes with its namespace in the next undo; nobody can have it until that is reported in the same batch.
    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation) =>
        Task.FromResult<Report?>(new IpReleasedReport(
            container.Id, order.Address!.NetworkId, order.Address.Address, time.GetUtcNow()));
}
