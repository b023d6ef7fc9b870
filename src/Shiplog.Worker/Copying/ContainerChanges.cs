using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Copying;

/// <summary>What a container has changed of its image, by its read-write layer.</summary>
internal sealed class ContainerChanges(StorageDrivers drivers, LayersBelow below, SubjectGates gates, Lifecycle.Containers containers)
{
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public async Task<FileChange[]> ListAsync(string containerId, string imageId, CancellationToken cancellation)
    {
        // Its turn, so that the layer is not deleted meanwhile.
        using var turn = await gates.EnterAsync(containerId, cancellation);
        var paths = containers.Paths(containerId);
        if (!paths.HasReadWriteLayer)
            return [];
        var layers = below.Of(paths, imageId);
        return await Blocking.RunAsync(() => drivers.For(paths).Changes(paths, layers, cancellation).Select(c => new FileChange(Encoding.UTF8.GetString(c.Path), (int)c.Kind)).ToArray());
    }
}
