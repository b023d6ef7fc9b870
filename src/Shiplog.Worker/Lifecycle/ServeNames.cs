using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// The container is found by its names in its networks, and finds others. Not a step that anybody is told of, and none at all
/// for a container that is in the default network only.
/// </summary>
internal sealed class ServeNamesStep(NameServer names) : IStep
{
    public string Name => "ServeNames";

    public bool AppliesTo(StartContainer order) => order.Places().Any(p => p.Bridge.Names is not null);

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        await names.AddAsync(start.Order, start.Order.Places());
        await NameRedirect.ApplyAsync(start.Container, start.Order);
        return null;
    }

    public async Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        await names.RemoveAsync(container.Id);
        return null;
    }
}
