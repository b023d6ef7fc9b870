using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>A layer as the manifest and the config promise it.</summary>
/// <param name="Below">Chain ids of the layers below it, lowest first.</param>
internal sealed record LayerPlan(string Digest, string DiffId, string ChainId, string MediaType, long Size, string[] Below);

/// <summary>Where the bytes of a blob come from.</summary>
/// <param name="target">To append to; complete when this returns.</param>
internal delegate Task FetchBlob(LayerPlan layer, BlobWriter target, LayerProgress progress, CancellationToken cancellation);

/// <summary>
/// Brings layers into the store: fetches the blob, and behind the download unpacks it, taking blob digest, diff id and sizes in
/// the same pass. Layers of one image, and of several at a time, go side by side; the same one is done once.
/// </summary>
internal sealed class LayerIntake(ContentStore store) : IDisposable
{
    private const long WorthFinishing = 256L << 20;

    private readonly SubjectGates _layers = new(), _blobs = new();
    private readonly SemaphoreSlim _unpacking = new(Math.Clamp(Environment.ProcessorCount, 3, 8));

    /// <summary>For layers whose blob is in the store already.</summary>
    public static readonly FetchBlob NothingToFetch = (layer, _, _, _) =>
        throw new InvalidImageException($"blob {layer.Digest} is neither in the store nor in the archive");

    public void Dispose() => _unpacking.Dispose();

    /// <param name="below">Ends when the layers below are in the store.</param>
    /// <exception cref="BlobException">The bytes are not those promised.</exception>
    /// <exception cref="TarException">The layer cannot be unpacked.</exception>
    public async Task<ImageLayer> TakeAsync(
        LayerPlan layer, ContentLease lease, FetchBlob fetch, Task below, LayerProgress progress, CancellationToken cancellation)
    {
        lease.PinBlob(layer.Digest);
        lease.PinLayer(layer.ChainId);
        using var one = await _layers.EnterAsync(layer.ChainId, cancellation);
        if (store.Layers.Find(layer.ChainId) is { } known)
        {
            // Unpacked before from a blob compressed otherwise: the image is whole only with its own.
            if (!store.Blobs.Contains(layer.Digest))
                await WithBlobAsync(layer, fetch, progress, blob => OnThread(() => CheckOnly(layer, blob)), cancellation);
            progress.Say("Already exists");
            return Result(layer, known, existed: true);
        }
        var record = await UnpackAsync(layer, fetch, below, progress, cancellation);
        progress.Say("Pull complete");
        return Result(layer, record, existed: false);
    }

    private async Task<LayerRecord> UnpackAsync(LayerPlan layer, FetchBlob fetch, Task below, LayerProgress progress, CancellationToken cancellation)
    {
        using var draft = store.Layers.Begin();
        using var root = FileCalls.OpenRoot(draft.DiffFolder);
        using var unpacker = new LayerUnpacker(root);
        await WithBlobAsync(layer, fetch, progress, async blob =>
        {
            await _unpacking.WaitAsync(cancellation);
            try
            {
                await OnThread(() => Unpack(layer, blob, unpacker, progress, cancellation));
            }
            finally
            {
                _unpacking.Release();
            }
        }, cancellation);
        if (unpacker.NeedsLowerLayers)
            await below.WaitAsync(cancellation);
        unpacker.Complete(new LowerLayers([.. layer.Below.Reverse().Select(store.Layers.DiffFolder)]));
        var record = new LayerRecord(layer.ChainId, layer.DiffId, unpacker.UnpackedSize);
        store.Layers.Publish(draft, record);
        return record;
    }

    /// <summary>Reads the blob from the store, or behind its download.</summary>
    private async Task WithBlobAsync(LayerPlan layer, FetchBlob fetch, LayerProgress progress, Func<Stream, Task> read, CancellationToken cancellation)
    {
        // Two layers of one blob (the empty layer) differ in what is below; the second waits for the first one's download.
        var one = await _blobs.EnterAsync(layer.Digest, cancellation);
        if (store.Blobs.Contains(layer.Digest))
        {
            one.Dispose();
            progress.Downloaded();
            await using var blob = store.Blobs.Open(layer.Digest);
            await read(blob);
            return;
        }
        using var writer = store.Blobs.Begin(layer.Digest, layer.Size);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fetching = FetchAsync(layer, fetch, writer, progress, one, failed.Token);
        try
        {
            await using var behind = writer.Follow();
            await read(behind);
        }
        catch
        {
            // Bytes that cannot be unpacked may be other bytes than were promised: the digest tells, where it is not far.
            if (writer.Size - writer.Length <= WorthFinishing)
                await Settled(fetching).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await failed.CancelAsync();
            await Settled(fetching);
            // What stopped the download stopped the reading; the cause is the better story.
            if (fetching is { IsFaulted: true, Exception.InnerException: not OperationCanceledException })
                await fetching;
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
        await fetching;
    }

    private static async Task FetchAsync(
        LayerPlan layer, FetchBlob fetch, BlobWriter writer, LayerProgress progress, IDisposable one, CancellationToken cancellation)
    {
        using (one)
        {
            try
            {
                await fetch(layer, writer, progress, cancellation);
            }
            catch (Exception e)
            {
                writer.Fail(e);
                throw;
            }
        }
    }

    private void Unpack(LayerPlan layer, Stream blob, LayerUnpacker unpacker, LayerProgress progress, CancellationToken cancellation)
    {
        using var counted = new CountingStream(blob, progress.Extracting);
        using var tar = new HashingStream(Decompression.Open(counted));
        // A few kilobytes can unpack to more than any disk holds.
        var limits = TarLimits.Default with { Bytes = Math.Min(store.Room, TarLimits.Default.Bytes) };
        unpacker.Unpack(new TarReader(tar, limits), cancellation);
        Finish(layer, tar, counted);
    }

    private static void CheckOnly(LayerPlan layer, Stream blob)
    {
        using var counted = new CountingStream(blob, static _ => { });
        using var tar = new HashingStream(Decompression.Open(counted));
        tar.CopyTo(Stream.Null, 256 * 1024);
        Finish(layer, tar, counted);
    }

    // The decompressor may stop before the blob's end; the digest is of all of it.
    private static void Finish(LayerPlan layer, HashingStream tar, Stream blob)
    {
        blob.CopyTo(Stream.Null);
        if (tar.CurrentDigest != layer.DiffId)
            throw new BlobException($"layer {layer.Digest} unpacks to {tar.CurrentDigest}, but the image's config says {layer.DiffId}");
    }

    // Long and blocking: a thread of the pool would be missed there.
    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task Settled(Task task) => task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private static ImageLayer Result(LayerPlan layer, LayerRecord record, bool existed) =>
        new(layer.Digest, layer.DiffId, layer.ChainId, layer.MediaType, layer.Size, record.UnpackedSize, existed);
}
