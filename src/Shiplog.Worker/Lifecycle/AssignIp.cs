using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 5: the address that the server has leased, and the way out.</summary>
/// <param name="further">The place in a further network; <see langword="null"/> for that in the first.</param>
internal sealed class AssignIpStep(TimeProvider time, NetworkPlace? further = null) : IStep
{
    public string Name => "AssignIp";

    public bool AppliesTo(StartContainer order) => further is not null || order is { Bridge: not null, Address: not null };

    public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var order = AddressIn(start.Order);
        ContainerLinks.Assign(start.Network!.Netlink, (further?.Bridge ?? start.Order.Bridge!).ContainerInterface, order);
        return Task.FromResult<Report?>(Assigned(start.Container, order, began, time));
    }

    // The address goes with its interface in the next undo; nobody can have it until that is reported in the same batch.
    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation) =>
        Task.FromResult<Report?>(Released(container, AddressIn(order), time));

    public static IpAssignedReport Assigned(ContainerPaths container, AssignIp order, long began, TimeProvider time) => new(
        container.Id, order.NetworkId, order.Address, order.PrefixLength, order.Gateway, Stopwatch.GetElapsedTime(began), time.GetUtcNow());

    public static IpReleasedReport Released(ContainerPaths container, AssignIp order, TimeProvider time) =>
        new(container.Id, order.NetworkId, order.Address, time.GetUtcNow());

    private AssignIp AddressIn(StartContainer order) => further?.Address ?? order.Address!;
}
