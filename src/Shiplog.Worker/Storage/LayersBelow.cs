using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Storage;

/// <summary>Which layers are below a container's read-write one: by its journal, or, where it has never been started, by its image.</summary>
internal sealed class LayersBelow(Instance instance, ContentStore store)
{
    /// <returns>Chain ids, lowest first.</returns>
    /// <exception cref="OrderException">The image is not on this host.</exception>
    /// <exception cref="InvalidDataException">The journal cannot be read.</exception>
    public string[] ChainOf(ContainerPaths container, string imageId) =>
        ContainerRecord.Load(container.State)?.Order.RootFs.Layers
        ?? store.Images.Find(imageId)?.Layers.Select(l => l.ChainId).ToArray()
        ?? throw new OrderException(new OrderFailure("", FailureKind.NotFound, $"image {imageId} is not on this host: pull it again"));

    /// <exception cref="OrderException">The image, or a layer, is not on this host.</exception>
    /// <exception cref="InvalidDataException">The journal cannot be read.</exception>
    public RootLayers Of(ContainerPaths container, string imageId) => RootLayers.Find(instance, ChainOf(container, imageId));
}
