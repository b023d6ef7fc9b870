using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>What the layers of an image do to one another, by their unpacked files.</summary>
internal sealed class LayerContents(ContentStore store)
{
    /// <returns>One for each layer, the lowest first.</returns>
    /// <exception cref="OrderException">The image is not on this host.</exception>
    public LayerContent[] Summarize(string imageId, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var layers = Find(imageId, lease);
        return [.. layers.Select((_, i) => Summary(Changes(layers, i, weighs: true, cancellation)))];
    }

    /// <param name="layer">The lowest is 1.</param>
    /// <exception cref="OrderException">The image is not on this host, or has not so many layers.</exception>
    public LayerFile[] List(string imageId, int layer, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var layers = Find(imageId, lease);
        if (layer < 1 || layer > layers.Length)
            throw new OrderException(new OrderFailure("", FailureKind.NotFound, $"the image has no layer {layer}: it has {layers.Length}"));
        return Files(Changes(layers, layer - 1, weighs: false, cancellation));
    }

    /// <summary>What a container of one image sees that one of another does not, and the other way round.</summary>
    /// <exception cref="OrderException">An image is not on this host.</exception>
    public LayerFile[] Compare(string fromImageId, string toImageId, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        using var from = Union(Find(fromImageId, lease));
        using var to = Union(Find(toImageId, lease));
        return Files(RootChanges.List(to, from, cancellation));
    }

    private UnionDirectory Union(IEnumerable<ImageLayer> layers) => UnionDirectory.Root(layers.Reverse().Select(l => store.Layers.DiffFolder(l.ChainId)));

    private static LayerFile[] Files(IEnumerable<UpperChange> changes) =>
        [.. changes.Select(c => new LayerFile(Encoding.UTF8.GetString(c.Path), (int)c.Kind, c.Size))];

    private ImageLayer[] Find(string imageId, ContentLease lease)
    {
        lease.PinBlob(imageId);
        var image = store.Images.Find(imageId)
            ?? throw new OrderException(new OrderFailure("", FailureKind.NotFound, $"image {imageId} is not on this host"));
        foreach (var layer in image.Layers)
            lease.PinLayer(layer.ChainId);
        return image.Layers;
    }

    private List<UpperChange> Changes(ImageLayer[] layers, int at, bool weighs, CancellationToken cancellation)
    {
        using var upper = FileCalls.OpenRoot(store.Layers.DiffFolder(layers[at].ChainId));
        using var below = Union(layers[..at]);
        return UpperChanges.List(upper, below, weighs, cancellation);
    }

    private static LayerContent Summary(List<UpperChange> changes)
    {
        var counts = changes.CountBy(c => c.Kind).ToDictionary();
        return new LayerContent(
            counts.GetValueOrDefault(ChangeKind.Added), counts.GetValueOrDefault(ChangeKind.Modified), counts.GetValueOrDefault(ChangeKind.Deleted),
            changes.Sum(c => c.Hidden));
    }
}
