using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;

namespace Shiplog.Worker.Images;

/// <summary>
/// Sends an image to its registry: the layers side by side, then config and manifest, byte for byte as they are in the store. The name
/// comes last: a push that breaks off leaves the registry with layers that nobody sees.
/// </summary>
internal sealed class ImagePusher(Instance instance, ContentStore store, RegistryHttp http, TimeProvider time) : IDisposable
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _uploading = new(Math.Clamp(instance.Settings.MaxConcurrentUploads, 1, 64));

    public void Dispose() => _uploading.Dispose();

    /// <param name="mountFrom">Repositories of the registry that are likely to have a layer, by its digest.</param>
    /// <exception cref="RegistryException">The registry does not take it.</exception>
    /// <exception cref="InvalidImageException">The image is not here, or not all of it.</exception>
    public async Task<ImagePushedReport> PushAsync(
        ImageName name, string imageId, IReadOnlyDictionary<string, string> mountFrom, RegistryCredentials? credentials, IProgressSink sink,
        CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        var tag = name is { Tag: { } given, Digest: null } ? given : throw new InvalidImageException($"cannot push {name.Familiar}: a push needs a tag");
        using var lease = store.Lease();
        var image = store.Images.Find(imageId) ?? throw new InvalidImageException($"image {imageId} is not on this host; pull it again");
        foreach (var digest in image.Layers.Select(l => l.Digest).Append(image.ImageId).Append(image.ManifestDigest))
        {
            lease.PinBlob(digest);
            if (!store.Blobs.Contains(digest))
                throw new InvalidImageException($"blob {digest} of image {imageId} is not in the store; pull the image again");
        }

        // No mirror takes a push.
        var endpoint = (await RegistryEndpoint.ForAsync(name.Domain, instance.Settings, cancellation))[^1];
        // Highest first, as dockerd tells of them.
        ImageLayer[] layers = [.. image.Layers.DistinctBy(l => l.Digest).Reverse()];
        string[] sources = [.. layers.Select(l => mountFrom.GetValueOrDefault(l.Digest)).OfType<string>().Distinct()];
        using var client = new RegistryClient(
            http, endpoint, name.Path, credentials, time, [$"repository:{name.Path}:pull,push", .. sources.Select(s => $"repository:{s}:pull")]);
        var sent = await SendLayersAsync(client, layers, mountFrom, sink, cancellation);
        var configSize = await SendAsync(client, image.ImageId, null, null, cancellation);
        var manifest = store.Blobs.ReadSmall(image.ManifestDigest);
        await client.PutManifestAsync(tag, image.ManifestMediaType, manifest, cancellation);
        sink.Write(JsonMessage.Status($"{tag}: digest: {image.ManifestDigest} size: {manifest.Length}"));
        sink.Write(JsonMessage.Pushed(tag, image.ManifestDigest, manifest.Length));
        return new ImagePushedReport(
            name.ToString(), client.Host, image.ImageId, image.ManifestDigest, image.Layers.Length, sent.Count(s => s > 0), sent.Sum() + configSize, startedAt,
            time.GetUtcNow());
    }

    private async Task<long[]> SendLayersAsync(
        RegistryClient client, ImageLayer[] layers, IReadOnlyDictionary<string, string> mountFrom, IProgressSink sink, CancellationToken cancellation)
    {
        // By what the layer is unpacked: that is how dockerd names them here.
        var lines = layers.Select(l => new LayerProgress(sink, l.DiffId, l.Size, time)).ToArray();
        foreach (var line in lines)
            line.Say("Preparing");
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = layers.Zip(lines)
            .Select(l => Task.Run(() => SendInTurnAsync(client, l.First.Digest, mountFrom.GetValueOrDefault(l.First.Digest), l.Second, failed.Token), CancellationToken.None))
            .ToList();
        return await ImagePuller.AllOrFirstFailureAsync(tasks, failed);
    }

    private async Task<long> SendInTurnAsync(RegistryClient client, string digest, string? from, LayerProgress line, CancellationToken cancellation)
    {
        if (!_uploading.Wait(0, cancellation))
        {
            line.Say("Waiting");
            await _uploading.WaitAsync(cancellation);
        }
        try
        {
            return await SendAsync(client, digest, from, line, cancellation);
        }
        finally
        {
            _uploading.Release();
        }
    }

    /// <returns>Bytes uploaded; 0 where the registry had it.</returns>
    private async Task<long> SendAsync(RegistryClient client, string digest, string? from, LayerProgress? line, CancellationToken cancellation)
    {
        if (await client.HasBlobAsync(digest, cancellation))
        {
            line?.Say("Layer already exists");
            return 0;
        }

        for (var (attempt, pause) = (1, FirstPause); ; attempt++, pause *= 2)
        {
            try
            {
                if (await client.BeginUploadAsync(digest, from, cancellation) is not { } upload)
                {
                    line?.Say($"Mounted from {from}");
                    return 0;
                }

                await client.UploadAsync(upload, digest, () => store.Blobs.Open(digest), count => line?.Pushing(count), cancellation);
                line?.Say("Pushed");
                return store.Blobs.SizeOf(digest);
            }
            catch (RegistryException e) when (e.InnerException is HttpRequestException && attempt < Attempts)
            {
                // The connection broke: an upload that is in one piece begins anew.
                line?.Say($"Retrying in {Math.Ceiling(pause.TotalSeconds):0} second");
            }

            await Task.Delay(pause, time, cancellation);
        }
    }
}
