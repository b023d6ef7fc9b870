using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Copying;

/// <summary>What containers take of the disk. Nobody is held up for it: what changes meanwhile counts or does not.</summary>
internal sealed class ContainerSizes(StorageDrivers drivers, LayersBelow layers, Lifecycle.Containers containers, ContentStore store)
{
    /// <exception cref="Orders.OrderException">The image is not on this host.</exception>
    public ContainerSize Measure(string containerId, string imageId)
    {
        var paths = containers.Paths(containerId);
        var below = layers.ChainOf(paths, imageId).Sum(id => store.Layers.Find(id)?.UnpackedSize ?? 0);
        return new ContainerSize(paths.HasReadWriteLayer ? drivers.For(paths).Size(paths, () => layers.Of(paths, imageId)) : 0, below);
    }
}
