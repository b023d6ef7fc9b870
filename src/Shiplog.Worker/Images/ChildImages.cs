using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images;

/// <summary>Makes images over others: of the same layers or one more, with a config of their own.</summary>
internal sealed class ChildImages(ContentStore store, LayerIntake intake, TimeProvider time)
{
    /// <summary>Takes hold of an image and all that it consists of.</summary>
    /// <returns><see langword="null"/> where it is not on this host.</returns>
    public StoredImage? Pin(string imageId, ContentLease lease)
    {
        lease.PinBlob(imageId);
        if (store.Images.Find(imageId) is not { } image)
            return null;
        foreach (var layer in image.Layers)
        {
            lease.PinBlob(layer.Digest);
            lease.PinLayer(layer.ChainId);
        }
        return image;
    }

    /// <summary>Stores the new image, durable when this ends.</summary>
    /// <param name="parent">The image below; <see langword="null"/> for none.</param>
    /// <param name="diff">The layer that it has more, in the store; <see langword="null"/> for none.</param>
    /// <exception cref="InvalidImageException">The template is none, or is not the parent's.</exception>
    public async Task<StoredImage> StoreAsync(StoredImage? parent, string configTemplate, LayerBlob? diff, ContentLease lease, CancellationToken cancellation)
    {
        var config = ConfigTemplate.Complete(configTemplate, diff?.DiffId);
        var isOci = parent?.ManifestMediaType == RegistryManifest.OciManifest;
        var layers = parent?.Layers.Select(l => l with { Existed = true }).ToList() ?? [];
        if (diff is not null)
            layers.Add(await UnpackAsync(layers, diff, isOci, lease, cancellation));
        var read = ImageConfig.Read(config);
        if (!read.DiffIds.SequenceEqual(layers.Select(l => l.DiffId)))
            throw new InvalidImageException("the config of the new image does not name the layers of the image below it");
        var manifest = ManifestDocument.Write(config, layers, isOci);
        var image = store.Keep(lease, config, manifest, isOci ? RegistryManifest.OciManifest : RegistryManifest.DockerManifest, [.. layers]);
        store.Publish(image);
        return image;
    }

    // Unpacked from its own tar, so that it is what every other host will make of it.
    private Task<ImageLayer> UnpackAsync(List<ImageLayer> below, LayerBlob diff, bool isOci, ContentLease lease, CancellationToken cancellation)
    {
        var chainId = Digest.Chain([.. below.Select(l => l.DiffId), diff.DiffId])[^1];
        var plan = new LayerPlan(
            diff.Digest, diff.DiffId, chainId, ManifestDocument.LayerType(isOci, isCompressed: true), diff.Size, [.. below.Select(l => l.ChainId)]);
        return intake.TakeAsync(
            plan, lease, LayerIntake.NothingToFetch, Task.CompletedTask, new LayerProgress(NoProgress.Instance, diff.Digest, diff.Size, time), cancellation);
    }
}
