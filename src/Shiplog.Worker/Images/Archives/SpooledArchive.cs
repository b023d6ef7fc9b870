using System.Text;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;

namespace Shiplog.Worker.Images.Archives;

/// <summary>A file of an archive, on disk with its digest taken.</summary>
internal sealed record SpooledFile(string Path, string Digest, long Size);

/// <summary>
/// An image archive on disk, file by file. Its parts come in any order, so nothing can be told before all are there. Names are
/// keys and never paths: no file of an archive is written where the archive says.
/// </summary>
internal sealed class SpooledArchive : IDisposable
{
    private const int MaximalFiles = 100_000;

    private readonly Dictionary<string, SpooledFile> _files = [];
    private readonly Dictionary<string, string> _links = [];

    private SpooledArchive() { }

    /// <exception cref="TarException">It is no archive, or claims more than the disk has.</exception>
    public static SpooledArchive Read(Stream source, ContentStore store, CancellationToken cancellation)
    {
        var archive = new SpooledArchive();
        try
        {
            var limits = TarLimits.Default with { Entries = MaximalFiles, Bytes = store.Room };
            using var plain = Decompression.Open(source);
            var tar = new TarReader(plain, limits);
            while (tar.Next() is { } entry)
                archive.Take(tar, entry, store, cancellation);
            tar.Drain();
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public SpooledFile? Find(string name)
    {
        for (var hops = 0; hops < 8; hops++)
        {
            if (_files.TryGetValue(name, out var file))
                return file;
            if (!_links.TryGetValue(name, out var target))
                return null;
            name = target;
        }
        return null;
    }

    /// <summary>A blob of an OCI layout, whose name must be its digest.</summary>
    /// <exception cref="BlobException">It has another digest.</exception>
    public SpooledFile? FindBlob(string digest)
    {
        var file = Find("blobs/sha256/" + Digest.HexOf(digest));
        return file is null || file.Digest == digest ? file : throw new BlobException($"blob {digest} of the archive has digest {file.Digest}");
    }

    /// <exception cref="InvalidImageException">It is not in the archive, or too large for what it is.</exception>
    public byte[] ReadDocument(string name) => ReadDocument(Find(name) ?? throw new InvalidImageException($"the archive has no {name}"), name);

    public static byte[] ReadDocument(SpooledFile file, string name) => file.Size <= Registry.RegistryManifest.MaximalSize
        ? File.ReadAllBytes(file.Path)
        : throw new InvalidImageException($"{name} of the archive has {file.Size} bytes, more than is taken");

    public void Dispose()
    {
        foreach (var file in _files.Values)
            File.Delete(file.Path);
    }

    private void Take(TarReader tar, TarEntry entry, ContentStore store, CancellationToken cancellation)
    {
        var name = Encoding.UTF8.GetString(LayerPath.Clean(entry.Name));
        switch (entry.Kind)
        {
            case TarKind.Directory:
                break;
            case TarKind.File when entry.Sparse is null:
                if (_files.Remove(name, out var earlier))
                    File.Delete(earlier.Path);
                _files[name] = Spool(tar, store.Blobs.IngestPath(), cancellation);
                break;
            case TarKind.Symlink:
                // Old archives say so that two images share a layer. The target is a name among the archive's own.
                _links[name] = Encoding.UTF8.GetString(LayerPath.Clean([.. LayerPath.Parent(LayerPath.Clean(entry.Name)), (byte)'/', .. entry.LinkName]));
                break;
            case TarKind.HardLink:
                _links[name] = Encoding.UTF8.GetString(LayerPath.Clean(entry.LinkName));
                break;
            default:
                throw new TarException($"{name} is a {entry.Kind}, which no image archive holds");
        }
    }

    private static SpooledFile Spool(TarReader tar, string path, CancellationToken cancellation)
    {
        try
        {
            using var file = new HashingStream(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0));
            for (var piece = tar.ReadContent(); !piece.IsEmpty; piece = tar.ReadContent())
            {
                cancellation.ThrowIfCancellationRequested();
                file.Write(piece);
            }
            return new SpooledFile(path, file.CurrentDigest, file.Count);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}
