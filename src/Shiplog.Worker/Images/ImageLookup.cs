using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;

namespace Shiplog.Worker.Images;

/// <summary>Asks registries what a name means: manifest, platform, config; no layers.</summary>
internal sealed class ImageLookup(Instance instance, ContentStore store, RegistryHttp http, TimeProvider time)
{
    /// <summary>What a name is in its registry. Nothing of it stays here.</summary>
    /// <param name="isKnown">An image that is here was pulled by this very digest: where the registry cannot be reached, what was kept of it tells.</param>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="BlobException">The config is not what its digest or size says.</exception>
    public async Task<ImageInRegistry> InspectAsync(ImageName name, bool isKnown, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        try
        {
            var (client, top) = await ResolveAsync(name, credentials, cancellation);
            using (client)
            {
                if (top.IsImage)
                    await FetchConfigAsync(client, top, lease, cancellation);
                return Describe(top, name);
            }
        }
        catch (RegistryException e) when (isKnown && e.InnerException is HttpRequestException && Kept(name, lease) is { } kept)
        {
            return Describe(kept, name);
        }
    }

    /// <returns><see langword="null"/> where it is not all here.</returns>
    private RegistryManifest? Kept(ImageName name, ContentLease lease)
    {
        if (name.Digest is not { } digest || !IsHere(digest, lease))
            return null;
        var manifest = RegistryManifest.Read(store.Blobs.ReadSmall(digest), null, digest, null, "the store");
        return !manifest.IsImage || IsHere(manifest.Config!.Digest, lease) ? manifest : null;
    }

    private bool IsHere(string digest, ContentLease lease)
    {
        lease.PinBlob(digest);
        return store.Blobs.Contains(digest);
    }

    private ImageInRegistry Describe(RegistryManifest manifest, ImageName name)
    {
        Platform[] platforms = manifest.IsIndex ? [.. manifest.Manifests.Select(m => m.Platform).OfType<Platform>()]
            : manifest.IsImage ? [ReadConfig(manifest, null, name).Config.Platform]
            : []; // An artifact is for none.
        return new ImageInRegistry(
            manifest.MediaType, manifest.Digest, manifest.Content.Length, [.. platforms.Select(p => new ImageInRegistryPlatform(p.Architecture, p.Os, p.Variant))]);
    }

    /// <summary>Whether a registry takes credentials; mirrors get none, so none is asked.</summary>
    /// <exception cref="RegistryException">It does not, or does not answer.</exception>
    public async Task CheckAsync(string domain, RegistryCredentials credentials, CancellationToken cancellation)
    {
        var endpoint = await RegistryEndpoint.ItselfAsync(domain, instance.Settings, cancellation);
        using var client = new RegistryClient(http, endpoint, "", credentials, time, scopes: []);
        await client.PingAsync(cancellation);
    }

    /// <summary>Which repositories an index knows by this word.</summary>
    /// <exception cref="RegistryException">It does not say.</exception>
    public async Task<FoundRepository[]> SearchAsync(
        string domain, string term, int limit, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        var endpoint = await RegistryEndpoint.IndexAsync(domain, instance.Settings, cancellation);
        using var client = new RegistryClient(http, endpoint, "", credentials, time, scopes: []);
        return await client.SearchAsync(term, limit, cancellation);
    }

    /// <summary>The first place that answers: mirrors in their order, then the registry.</summary>
    /// <exception cref="RegistryException">None gives it; the registry's own words.</exception>
    public async Task<(RegistryClient Client, RegistryManifest Manifest)> ResolveAsync(
        ImageName name, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        RegistryException? last = null;
        foreach (var endpoint in await RegistryEndpoint.ForAsync(name.Domain, instance.Settings, cancellation))
        {
            var client = new RegistryClient(http, endpoint, name.Path, credentials, time);
            try
            {
                return (client, await client.GetManifestAsync(name.TagOrDigest, cancellation));
            }
            catch (RegistryException e)
            {
                client.Dispose();
                last = e;
            }
        }
        throw last!;
    }

    /// <summary>The manifest for a platform, of those that an index lists.</summary>
    /// <exception cref="RegistryException">It lists none for it, or the registry sends another one than it lists.</exception>
    public static async Task<RegistryManifest> ChooseAsync(
        RegistryClient client, ImageName name, RegistryManifest index, Platform? platform, CancellationToken cancellation)
    {
        var wanted = platform ?? Platform.Host;
        var entry = index.Manifests.FirstOrDefault(m => m.Platform is { } p && wanted.Accepts(p))
            ?? throw new RegistryException(FailureKind.NotFound, $"no matching manifest for {wanted} in the manifest list entries of {name.Familiar}");
        var manifest = await client.GetManifestAsync(entry.Manifest.Digest, cancellation);
        if (manifest.IsIndex || manifest.Content.Length != entry.Manifest.Size || manifest.MediaType != entry.Manifest.MediaType)
            throw new RegistryException(FailureKind.Unavailable, $"the manifest of {name.Familiar} for {wanted} is not as its index describes it");
        return manifest;
    }

    /// <summary>Fetches a manifest's config into the store, where the lease holds it.</summary>
    /// <param name="wanted">The platform that it must be for; <see langword="null"/> for any.</param>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="BlobException">It is not what its digest or size says.</exception>
    /// <exception cref="InvalidImageException">It is for another platform.</exception>
    public async Task<(ImageConfig Config, string Json)> ConfigAsync(
        RegistryClient client, RegistryManifest manifest, Platform? wanted, ImageName name, ContentLease lease, CancellationToken cancellation)
    {
        await FetchConfigAsync(client, manifest, lease, cancellation);
        return ReadConfig(manifest, wanted, name);
    }

    private async Task FetchConfigAsync(RegistryClient client, RegistryManifest manifest, ContentLease lease, CancellationToken cancellation)
    {
        var (digest, size) = (manifest.Config!.Digest, manifest.Config.Size);
        if (IsHere(digest, lease))
            return;
        using var writer = store.Blobs.Begin(digest, size);
        await new BlobDownload(client, time).FetchAsync(digest, writer, null, cancellation);
    }

    private (ImageConfig Config, string Json) ReadConfig(RegistryManifest manifest, Platform? wanted, ImageName name)
    {
        var json = store.Blobs.ReadSmall(manifest.Config!.Digest);
        var config = ImageConfig.Read(json);
        if (wanted is not null && !wanted.Accepts(config.Platform))
            throw new InvalidImageException(
                $"image with reference {name.Familiar} was found but does not match the specified platform: wanted {wanted}, actual: {config.Platform}");
        return (config, Encoding.UTF8.GetString(json));
    }
}
