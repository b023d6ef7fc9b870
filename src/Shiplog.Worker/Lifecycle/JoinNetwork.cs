using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// In place of steps 4 and 5, for another container's network: from here on its owner takes its interfaces with it, which a
/// namespace that somebody is in would keep. Not a step that anybody is told of.
/// </summary>
internal sealed class JoinNetworkStep(Containers containers, NamespaceSharing sharing) : IStep
{
    public string Name => "JoinNetwork";

    public bool AppliesTo(StartContainer order) => order.NetworkOf is not null;

    public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        // Noted before it is looked at: an owner that ends in between has either seen the note, or is seen to have ended.
        containers.AddGuest(start.Container.Id);
        sharing.NetworkOwner(start.Order);
        return Task.FromResult<Report?>(null);
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        containers.RemoveGuest(container.Id);
        return Task.FromResult<Report?>(null);
    }
}
