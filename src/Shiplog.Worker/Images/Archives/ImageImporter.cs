using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;

namespace Shiplog.Worker.Images.Archives;

/// <summary>Makes an image of an archive of files, which becomes its only layer.</summary>
internal sealed class ImageImporter(ContentStore store, LayerIntake intake, TimeProvider time)
{
    private const int Piece = 256 * 1024;

    /// <exception cref="TarException">It is no archive, or has in it what no layer may.</exception>
    /// <exception cref="InvalidImageException">The config's template is none.</exception>
    public async Task<ImageLoadedReport> ImportAsync(ArchiveImport order, Stream source, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var blob = await Task.Factory.StartNew(
            () => LayerBlob.Write(store, lease, tar => CopyTo(tar, source, cancellation)), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            ?? throw new TarException("the archive is empty");
        var plan = new LayerPlan(blob.Digest, blob.DiffId, blob.DiffId, ManifestDocument.LayerType(isOci: false, isCompressed: true), blob.Size, []);
        var progress = new LayerProgress(NoProgress.Instance, blob.Digest, blob.Size, time);
        var layer = await intake.TakeAsync(plan, lease, LayerIntake.NothingToFetch, Task.CompletedTask, progress, cancellation);
        var config = ConfigTemplate.Complete(order.ConfigTemplate, blob.DiffId);
        var image = store.Keep(lease, config, ManifestDocument.Write(config, [layer], isOci: false), RegistryManifest.DockerManifest, [layer]);
        store.Publish(image);
        return new ImageLoadedReport(order.Reference is { } name ? [name] : [], image, time.GetUtcNow());
    }

    /// <returns>Whether there was anything.</returns>
    private bool CopyTo(Stream tar, Stream source, CancellationToken cancellation)
    {
        // A few kilobytes can unpack to more than any disk holds.
        var room = store.Room;
        using var plain = Decompression.Open(source);
        var buffer = new byte[Piece];
        var copied = 0L;
        while (plain.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            if ((copied += read) > room)
                throw new TarException($"the archive holds more bytes than this host has free ({room})");
            tar.Write(buffer.AsSpan(0, read));
        }
        return copied > 0;
    }
}
