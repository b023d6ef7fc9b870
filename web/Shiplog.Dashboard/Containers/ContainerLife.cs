using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Containers;

/// <summary>All that a container's page shows.</summary>
/// <param name="Events">Its own stream, oldest first.</param>
/// <param name="ImageArrival">The event that brought its image here.</param>
internal sealed record ContainerLife(ContainerView Container, IReadOnlyList<EventView> Events, EventView? ImageArrival)
{
    public IReadOnlyList<Stay> Path { get; } = StatePath.Of(Events);
}
