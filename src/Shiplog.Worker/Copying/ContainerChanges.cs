using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Copying;

/// <summary>What a container has changed of its image, by its read-write layer.</summary>
internal sealed class ContainerChanges(Instance instance, ContainerRoots roots, SubjectGates gates, Lifecycle.Containers containers)
{
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public async Task<FileChange[]> ListAsync(string containerId, string imageId, CancellationToken cancellation)
    {
        // Its turn, so that the layer is not deleted meanwhile.
        using var turn = await gates.EnterAsync(containerId, cancellation);
        var paths = containers.Paths(containerId);
        if (!Directory.Exists(paths.Upper))
            return [];
        var layers = roots.LayersOf(paths, imageId);
        return await Blocking.RunAsync(() =>
        {
            using var upper = FileCalls.OpenRoot(paths.Upper);
            using var lower = UnionDirectory.Root([.. layers.Reverse(), Lifecycle.ContainerPaths.InitLayer(instance)]);
            return UpperChanges.List(upper, lower, weighs: false, cancellation)
                .Select(c => new FileChange(Encoding.UTF8.GetString(c.Path), (int)c.Kind)).ToArray();
        });
    }
}
