using System.Diagnostics;
using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Images.Content;

/// <summary>
/// Blobs, unpacked layers and images together. What no image needs, no container mounts and nobody holds in a
/// <see cref="ContentLease"/> is deleted: so a try that fails leaves nothing, whatever it had fetched.
/// </summary>
internal sealed class ContentStore
{
    /// <summary>Bytes that stay free on the disk, whatever images claim.</summary>
    public const long Reserve = 256L << 20;

    private readonly Instance _instance;
    private readonly ILayerUsers _users;
    private readonly Lock _gate = new();
    private readonly List<ContentLease> _leases = [];

    public ContentStore(Instance instance, ILayerUsers users)
    {
        (_instance, _users) = (instance, users);
        // What an earlier life had in the making, and what it had fetched for an image that it did not complete.
        var ingest = Path.Combine(instance.WorkerFolder, "ingest");
        foreach (var point in Mounts.Below(ingest))
            Mounts.Unmount(point, detach: true);
        FileCalls.RemoveTree(ingest);
        Directory.CreateDirectory(ingest, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileCalls.TrySpreadFolders(ingest);
        (Blobs, Layers, Images) = (new BlobStore(instance), new LayerStore(instance), new ImageIndex(instance));
        Sweep();
    }

    public BlobStore Blobs { get; }

    public LayerStore Layers { get; }

    public ImageIndex Images { get; }

    /// <summary>Bytes that are free on the store's file system.</summary>
    public long FreeBytes => new DriveInfo(_instance.WorkerFolder).AvailableFreeSpace;

    /// <summary>Bytes that may be written there.</summary>
    public long Room => Math.Max(0, FreeBytes - Reserve);

    /// <summary>How long the last image took to become durable: the part of a pull that is the disk's.</summary>
    public TimeSpan LastSync { get; private set; }

    /// <summary>Holds what it names until disposed, against deletion by others.</summary>
    public ContentLease Lease()
    {
        var lease = new ContentLease(this);
        lock (_gate)
            _leases.Add(lease);
        return lease;
    }

    /// <summary>Takes an image's documents; its layers are here. Nobody knows of it before it is published.</summary>
    public StoredImage Keep(ContentLease lease, byte[] config, byte[] manifest, string manifestMediaType, ImageLayer[] layers)
    {
        foreach (var document in (byte[][])[config, manifest])
        {
            lease.PinBlob(Digest.Of(document));
            Blobs.Put(Digest.Of(document), document);
        }
        return new StoredImage(Digest.Of(config), Digest.Of(manifest), manifestMediaType, null, Encoding.UTF8.GetString(config), layers);
    }

    /// <summary>Makes all that the image consists of durable, then the image itself.</summary>
    public void Publish(StoredImage image)
    {
        if (image.Layers.All(l => l.Existed) && Images.Find(image.ImageId) is { } known && known.ManifestDigest == image.ManifestDigest
            && (image.IndexDigest is null || ImageIndex.IndexesOf(known).Contains(image.IndexDigest)))
            return;
        // One barrier for all files of an image is far cheaper than one each: the journal is written once.
        var began = Stopwatch.GetTimestamp();
        using (var root = FileCalls.OpenRoot(_instance.WorkerFolder))
            FileCalls.SyncFileSystem(root);
        LastSync = Stopwatch.GetElapsedTime(began);
        Images.Put(image);
    }

    /// <summary>Forgets an image, and deletes what only it needed.</summary>
    /// <param name="keep">Images that stay, whatever is asked.</param>
    public Swept Forget(string imageId, IReadOnlySet<string> keep)
    {
        lock (_gate)
        {
            if (!keep.Contains(imageId))
                Images.Remove(imageId);
        }
        return Sweep();
    }

    internal void Return(ContentLease lease)
    {
        lock (_gate)
            _leases.Remove(lease);
        Sweep();
    }

    internal void Pin(ISet<string> pins, string id)
    {
        lock (_gate)
            pins.Add(id);
    }

    private Swept Sweep()
    {
        Swept swept;
        lock (_gate)
        {
            if (Needed() is not var (blobs, layers))
                return new Swept([], 0);
            var (gone, freed) = (new List<string>(), 0L);
            foreach (var chainId in Layers.All.Where(l => !layers.Contains(l)).ToList())
            {
                freed += Layers.Retire(chainId);
                gone.Add(chainId);
            }
            foreach (var digest in Blobs.All.Where(b => !blobs.Contains(b)).ToList())
                freed += Blobs.Delete(digest);
            swept = new Swept([.. gone], freed);
        }
        // Slow, and no longer anybody's concern: outside the lock.
        Layers.DeleteTrash();
        return swept;
    }

    private (HashSet<string> Blobs, HashSet<string> Layers)? Needed()
    {
        if (_users.LayersInUse() is not { } used)
            return null;
        var (blobs, layers) = (new HashSet<string>(), new HashSet<string>(used));
        foreach (var image in Images.All)
        {
            blobs.UnionWith([image.ImageId, image.ManifestDigest, .. ImageIndex.IndexesOf(image), .. image.Layers.Select(l => l.Digest)]);
            layers.UnionWith(image.Layers.Select(l => l.ChainId));
        }
        foreach (var lease in _leases)
        {
            blobs.UnionWith(lease.PinnedBlobs);
            layers.UnionWith(lease.PinnedLayers);
        }
        return (blobs, layers);
    }
}

/// <summary>What a sweep deleted.</summary>
internal sealed record Swept(string[] Layers, long FreedBytes);

/// <summary>What a pull, load or commit relies on while it is under way. Name a thing before looking whether it is there.</summary>
internal sealed class ContentLease(ContentStore store) : IDisposable
{
    internal HashSet<string> PinnedBlobs { get; } = [];

    internal HashSet<string> PinnedLayers { get; } = [];

    public void PinBlob(string digest) => store.Pin(PinnedBlobs, digest);

    public void PinLayer(string chainId) => store.Pin(PinnedLayers, chainId);

    public void Dispose() => store.Return(this);
}
