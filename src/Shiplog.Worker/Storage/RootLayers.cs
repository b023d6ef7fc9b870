using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Storage;

/// <summary>What is below a container's read-write layer.</summary>
/// <param name="Chain">Chain ids of the image's layers, lowest first.</param>
/// <param name="Folders">Their unpacked content, in the same order.</param>
/// <param name="Init">The layer below all of them, the same for every container.</param>
internal sealed record RootLayers(string[] Chain, string[] Folders, string Init)
{
    /// <param name="step">Named in the error.</param>
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public static RootLayers Find(Instance instance, string[] chain, string step = "", int? exitCode = null)
    {
        string[] folders = [.. chain.Select(id => ContainerPaths.Layer(instance, id))];
        if (Array.FindIndex(folders, f => !Directory.Exists(f)) is >= 0 and var missing)
        {
            throw new OrderException(new OrderFailure(
                step, FailureKind.NotFound, $"layer {chain[missing]} is not on this host: pull the image again", exitCode));
        }
        return new RootLayers(chain, folders, ContainerPaths.InitLayer(instance));
    }

    /// <summary>All of them, topmost first.</summary>
    public string[] Lower => [.. Folders.Reverse(), Init];

    /// <summary>The union that they make.</summary>
    public UnionDirectory Open() => UnionDirectory.Root(Lower);
}
