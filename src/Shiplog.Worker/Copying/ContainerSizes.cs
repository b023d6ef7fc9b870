using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Copying;

/// <summary>What containers take of the disk. Nobody is held up for it: what changes meanwhile counts or does not.</summary>
internal sealed class ContainerSizes(Lifecycle.Containers containers, ContainerRoots roots, ContentStore store)
{
    /// <exception cref="Orders.OrderException">The image is not on this host.</exception>
    public ContainerSize Measure(string containerId, string imageId)
    {
        var paths = containers.Paths(containerId);
        var below = roots.ChainOf(paths, imageId).Sum(id => store.Layers.Find(id)?.UnpackedSize ?? 0);
        if (!Directory.Exists(paths.Folder))
            return new ContainerSize(0, below);
        using var folder = FileCalls.OpenRoot(paths.Folder);
        return new ContainerSize(FileCalls.SizeOfTree(folder, "upper"u8), below);
    }
}
