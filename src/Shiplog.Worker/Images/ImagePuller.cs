using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images;

/// <summary>
/// Fetches an image: manifest, config, then all layers side by side. The image is in the store when everything has been
/// found right and is durable; a try that fails leaves nothing.
/// </summary>
internal sealed class ImagePuller(Instance instance, ContentStore store, ImageLookup lookup, LayerIntake intake, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _downloading = new(Math.Clamp(instance.Settings.MaxConcurrentDownloads, 1, 64));

    public void Dispose() => _downloading.Dispose();

    /// <param name="pointsTo">What the name means until now: Docker calls an image newer where the name comes to mean another one.</param>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="BlobException">Something is not what its digest or size says.</exception>
    /// <exception cref="InvalidImageException">It is no image that could run here.</exception>
    /// <exception cref="Layers.Tar.TarException">A layer cannot be unpacked.</exception>
    public async Task<ImagePulledReport> PullAsync(
        ImageName name, Platform? platform, string? pointsTo, RegistryCredentials? credentials, IProgressSink sink, CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        using var lease = store.Lease();
        var (client, top) = await ResolveAsync(name, credentials, cancellation);
        using (client)
        {
            // Docker's own manifests before, OCI's after the first line: so does dockerd.
            if (top.MediaType == RegistryManifest.DockerManifest)
                top.ExpectImage();
            sink.Write(JsonMessage.Status($"Pulling from {name.Path}", name.TagOrDigest));
            var manifest = top.IsIndex ? await ImageLookup.ChooseAsync(client, name, top, platform, cancellation) : top;
            manifest.ExpectImage();
            var (config, configJson) = await lookup.ConfigAsync(client, manifest, platform, name, lease, cancellation);
            var plans = config.Plan(manifest.Layers);
            CheckRoom(plans);
            var layers = await TakeLayersAsync(client, plans, lease, sink, cancellation);
            var image = new StoredImage(
                manifest.Config!.Digest, manifest.Digest, manifest.MediaType, top.IsIndex ? top.Digest : null, configJson, layers);
            KeepDocuments(lease, top, manifest);
            store.Publish(image);
            sink.Write(JsonMessage.Status($"Digest: {top.Digest}"));
            sink.Write(JsonMessage.Status($"Status: {(image.ImageId == pointsTo ? "Image is up to date" : "Downloaded newer image")} for {name.Familiar}"));
            return new ImagePulledReport(name.ToString(), client.Host, image, startedAt, time.GetUtcNow());
        }
    }

    private async Task<(RegistryClient Client, RegistryManifest Manifest)> ResolveAsync(
        ImageName name, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        try
        {
            return await lookup.ResolveAsync(name, credentials, cancellation);
        }
        catch (RegistryException e)
        {
            throw InDockersWords(e, name);
        }
    }

    private static RegistryException InDockersWords(RegistryException e, ImageName name)
    {
        var code = e.Message.Split(':')[0];
        return (e.Kind, code) switch
        {
            (FailureKind.NotFound, "manifest unknown") => new(e.Kind, $"manifest for {name.Familiar} not found: {e.Message}", inner: e),
            (FailureKind.NotFound, "name unknown") => new(e.Kind, $"repository {name.FamiliarRepository} not found: {e.Message}", inner: e),
            (FailureKind.NotFound, "denied") => new(
                e.Kind, $"pull access denied for {name.FamiliarRepository}, repository does not exist or may require 'docker login': {e.Message}", inner: e),
            _ => e,
        };
    }

    private void CheckRoom(LayerPlan[] plans)
    {
        var (needed, free) = (0L, store.FreeBytes - ContentStore.Reserve);
        foreach (var plan in plans.Where(p => !store.Blobs.Contains(p.Digest)).DistinctBy(p => p.Digest))
        {
            if (plan.Size > free - needed)
                throw new InvalidImageException(
                    $"the image claims more bytes than this host has free ({Math.Max(0, free)}): layer {plan.Digest} alone {plan.Size}; free some space or check the image");
            needed += plan.Size;
        }
    }

    private async Task<ImageLayer[]> TakeLayersAsync(
        RegistryClient client, LayerPlan[] plans, ContentLease lease, IProgressSink sink, CancellationToken cancellation)
    {
        var progress = plans.Select(p => new LayerProgress(sink, p.Digest, p.Size, time)).ToArray();
        foreach (var (plan, line) in plans.Zip(progress).Where(l => store.Layers.Find(l.First.ChainId) is null))
            line.Say("Pulling fs layer");
        var download = new BlobDownload(client, time);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = new List<Task<ImageLayer>>();
        foreach (var (plan, line) in plans.Zip(progress))
        {
            Task below = tasks.Count > 0 ? Task.WhenAll(tasks) : Task.CompletedTask;
            // Off this thread: until it first waits, each would hold up the next.
            tasks.Add(Task.Run(
                () => intake.TakeAsync(plan, lease, (l, w, p, c) => DownloadAsync(download, l, w, p, c), below, line, failed.Token), CancellationToken.None));
        }
        return await AllOrFirstFailureAsync(tasks, failed);
    }

    private async Task DownloadAsync(BlobDownload download, LayerPlan layer, BlobWriter writer, LayerProgress progress, CancellationToken cancellation)
    {
        if (!_downloading.Wait(0, cancellation))
        {
            progress.Say("Waiting");
            await _downloading.WaitAsync(cancellation);
        }
        try
        {
            await download.FetchAsync(layer.Digest, writer, progress, cancellation);
        }
        finally
        {
            _downloading.Release();
        }
    }

    /// <summary>Stops the others at the first failure, waits until all have let go, and tells of the first.</summary>
    internal static async Task<T[]> AllOrFirstFailureAsync<T>(List<Task<T>> tasks, CancellationTokenSource others)
    {
        Task? first = null;
        for (var open = tasks.ToList(); open.Count > 0;)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully || first is not null)
                continue;
            first = ended;
            await others.CancelAsync();
        }
        if (first is not null)
            await first;
        return [.. tasks.Select(t => t.Result)];
    }

    private void KeepDocuments(ContentLease lease, RegistryManifest top, RegistryManifest manifest)
    {
        foreach (var document in (RegistryManifest[])[top, manifest])
        {
            lease.PinBlob(document.Digest);
            store.Blobs.Put(document.Digest, document.Content);
        }
    }
}
