using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images.Archives;

/// <summary>
/// Takes the images of an archive into the store. All of them or none: only when every layer of every image has been found
/// right is the first one made known.
/// </summary>
internal sealed class ImageLoader(ContentStore store, LayerIntake intake, TimeProvider time)
{
    /// <param name="platform">Only images for it; <see langword="null"/> for what the archive has, this host's where it has several.</param>
    /// <returns>One report an image.</returns>
    public async Task<ImageLoadedReport[]> LoadAsync(Stream source, Platform? platform, IProgressSink sink, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        using var archive = await Task.Factory.StartNew(
            () => SpooledArchive.Read(source, store, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var loaded = new List<(StoredImage Image, HashSet<string> References)>();
        foreach (var image in ArchiveImage.All(archive, platform))
            loaded.Add((await TakeAsync(image, lease, sink, cancellation), image.References));
        foreach (var (image, _) in loaded)
            store.Publish(image);
        return [.. loaded.Select(l => new ImageLoadedReport([.. l.References.Order(StringComparer.Ordinal)], l.Image, time.GetUtcNow()))];
    }

    private async Task<StoredImage> TakeAsync(ArchiveImage image, ContentLease lease, IProgressSink sink, CancellationToken cancellation)
    {
        var config = ImageConfig.Read(image.Config);
        var plans = config.Plan(image.Manifest?.Layers ?? [.. image.Layers.Select(Describe)]);
        foreach (var (plan, file) in plans.Zip(image.Layers))
            Adopt(plan, file, lease);
        var layers = await TakeLayersAsync(plans, lease, sink, cancellation);
        var manifest = image.Manifest?.Content ?? ManifestDocument.Write(image.Config, layers, isOci: false);
        return store.Keep(lease, image.Config, manifest, image.Manifest?.MediaType ?? RegistryManifest.DockerManifest, layers);
    }

    private async Task<ImageLayer[]> TakeLayersAsync(LayerPlan[] plans, ContentLease lease, IProgressSink sink, CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = new List<Task<ImageLayer>>();
        foreach (var plan in plans)
        {
            Task below = tasks.Count > 0 ? Task.WhenAll(tasks) : Task.CompletedTask;
            var progress = new LayerProgress(sink, plan.Digest, plan.Size, time);
            tasks.Add(Task.Run(() => intake.TakeAsync(plan, lease, LayerIntake.NothingToFetch, below, progress, failed.Token), CancellationToken.None));
        }
        return await ImagePuller.AllOrFirstFailureAsync(tasks, failed);
    }

    /// <summary>The file stays the archive's too: another of its images may name it again.</summary>
    private void Adopt(LayerPlan plan, SpooledFile file, ContentLease lease)
    {
        lease.PinBlob(plan.Digest);
        if (store.Blobs.Contains(plan.Digest))
            return;
        store.Blobs.Link(file.Path, plan.Digest);
    }

    private static Descriptor Describe(SpooledFile layer)
    {
        using var file = File.OpenRead(layer.Path);
        var isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        return new Descriptor(ManifestDocument.LayerType(isOci: false, isGzip), layer.Digest, layer.Size);
    }
}
