using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Containers;

/// <summary>All that a container's page shows.</summary>
/// <param name="Events">Its own stream, oldest first.</param>
/// <param name="Image">Its image, where it is still known.</param>
/// <param name="ImageArrival">The event that brought the image here, where that was shortly before.</param>
internal sealed record ContainerLife(ContainerView Container, IReadOnlyList<EventView> Events, ImageView? Image, EventView? ImageArrival)
{
    public IReadOnlyList<Stay> Path { get; } = StatePath.Of(Events);
}
