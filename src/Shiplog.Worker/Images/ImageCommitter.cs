using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>
/// Makes an image of a container: its read-write layer becomes a layer of its own over those of its image. As with Docker, a
/// container without changes makes an image of the same layers.
/// </summary>
internal sealed class ImageCommitter(ContentStore store, LayerIntake intake, IContainerAccess containers, TimeProvider time)
{
    private const string Step = "CommitContainer";

    /// <returns>The facts, the outcome last.</returns>
    public async Task<Report[]> CommitAsync(CommitContainer order, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var facts = new List<Report>();
        try
        {
            using var lease = store.Lease();
            var parent = Parent(order.ParentImageId, lease);
            var diff = await DiffAsync(order, parent, lease, facts, cancellation);
            var image = await StoreAsync(order, parent, diff, lease, cancellation);
            var newLayer = diff is null ? null : image.Layers[^1].ChainId;
            return [.. facts, new ContainerCommittedReport(order.ContainerId, image, newLayer, Stopwatch.GetElapsedTime(began), time.GetUtcNow())];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OrderException(ImageFailures.Explain(Step, e), [.. facts], e);
        }
    }

    private StoredImage Parent(string imageId, ContentLease lease)
    {
        lease.PinBlob(imageId);
        var parent = store.Images.Find(imageId)
            ?? throw new OrderException(new OrderFailure(
                Step, FailureKind.NotFound, $"image {imageId}, which the container was made from, is no longer on this host; pull it again"));
        foreach (var layer in parent.Layers)
        {
            lease.PinBlob(layer.Digest);
            lease.PinLayer(layer.ChainId);
        }
        return parent;
    }

    private async Task<LayerBlob?> DiffAsync(CommitContainer order, StoredImage parent, ContentLease lease, List<Report> facts, CancellationToken cancellation)
    {
        var hold = await containers.HoldAsync(order.ContainerId, order.Pause);
        if (hold.Paused is { } paused)
            facts.Add(paused);
        try
        {
            string[] chain = [.. parent.Layers.Select(l => l.ChainId)];
            return hold.WriteDiff is { } write
                ? await Task.Factory.StartNew(
                    () => LayerBlob.Write(store, lease, tar => write(chain, tar, cancellation)), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : null;
        }
        finally
        {
            if (await hold.ReleaseAsync() is { } unpaused)
                facts.Add(unpaused);
        }
    }

    private async Task<StoredImage> StoreAsync(
        CommitContainer order, StoredImage parent, LayerBlob? diff, ContentLease lease, CancellationToken cancellation)
    {
        var config = ConfigTemplate.Complete(order.ConfigTemplate, diff?.DiffId);
        var isOci = parent.ManifestMediaType == RegistryManifest.OciManifest;
        var layers = parent.Layers.Select(l => l with { Existed = true }).ToList();
        if (diff is not null)
            layers.Add(await UnpackAsync(parent, diff, isOci, lease, cancellation));
        var read = ImageConfig.Read(config);
        if (!read.DiffIds.SequenceEqual(layers.Select(l => l.DiffId)))
            throw new InvalidImageException("the config of the new image does not name the layers of the container's image");
        var manifest = ManifestDocument.Write(config, layers, isOci);
        var image = store.Keep(lease, config, manifest, isOci ? RegistryManifest.OciManifest : RegistryManifest.DockerManifest, [.. layers]);
        store.Publish(image);
        return image;
    }

    // Unpacked from its own tar, so that it is what every other host will make of it.
    private Task<ImageLayer> UnpackAsync(StoredImage parent, LayerBlob diff, bool isOci, ContentLease lease, CancellationToken cancellation)
    {
        var below = parent.Layers.Select(l => l.ChainId).ToArray();
        var chainId = Digest.Chain([.. parent.Layers.Select(l => l.DiffId), diff.DiffId])[^1];
        var plan = new LayerPlan(diff.Digest, diff.DiffId, chainId, ManifestDocument.LayerType(isOci, isCompressed: true), diff.Size, below);
        return intake.TakeAsync(
            plan, lease, LayerIntake.NothingToFetch, Task.CompletedTask, new LayerProgress(NoProgress.Instance, diff.Digest, diff.Size, time), cancellation);
    }
}
