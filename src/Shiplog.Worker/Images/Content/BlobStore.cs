using System.Text;
using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Images.Content;

/// <summary>
/// Blobs by digest, as they came: <c>blobs/sha256/&lt;hex&gt;</c>. A blob gets there only through <see cref="BlobWriter"/>, which
/// checks digest and size, so what is there needs no second look.
/// </summary>
internal sealed class BlobStore
{
    private readonly string _folder, _ingest;

    public BlobStore(Instance instance)
    {
        _folder = Path.Combine(instance.WorkerFolder, "blobs", "sha256");
        _ingest = Path.Combine(instance.WorkerFolder, "ingest");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(_folder, mode);
        Directory.CreateDirectory(_ingest, mode);
    }

    public IEnumerable<string> All => Directory.EnumerateFiles(_folder).Select(f => "sha256:" + Path.GetFileName(f));

    public bool Contains(string digest) => File.Exists(PathOf(digest));

    public long SizeOf(string digest) => new FileInfo(PathOf(digest)).Length;

    /// <exception cref="FileNotFoundException">The store does not hold it.</exception>
    public FileStream Open(string digest) => new(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0);

    /// <summary>Of a manifest or config: read whole.</summary>
    public byte[] ReadSmall(string digest) => File.ReadAllBytes(PathOf(digest));

    /// <summary>Begins a blob whose digest and size are known beforehand.</summary>
    public BlobWriter Begin(string digest, long size) => new(IngestPath(), PathOf(digest), digest, size);

    /// <summary>Stores a document whose digest is known to be right.</summary>
    public void Put(string digest, ReadOnlySpan<byte> content)
    {
        if (Contains(digest))
            return;
        using var writer = Begin(digest, content.Length);
        writer.Append(content);
        writer.Complete();
    }

    /// <summary>A place for content whose digest shows only when it has been written whole.</summary>
    public string IngestPath() => Path.Combine(_ingest, "blob-" + Guid.NewGuid().ToString("N"));

    /// <summary>Takes a file written at <see cref="IngestPath"/> whose digest the caller has computed.</summary>
    public void Adopt(string path, string digest) => File.Move(path, PathOf(digest), overwrite: true);

    /// <summary>As <see cref="Adopt"/>, but the file stays where it is, too.</summary>
    public void Link(string path, string digest)
    {
        var second = IngestPath();
        using (var ingest = FileCalls.OpenRoot(_ingest))
        {
            var (from, to) = (Encoding.UTF8.GetBytes(Path.GetFileName(path)), Encoding.UTF8.GetBytes(Path.GetFileName(second)));
            if (FileCalls.TryLink(ingest, from, ingest, to) is var error and not 0)
                throw new LinuxException(error, "link", path);
        }
        Adopt(second, digest);
    }

    /// <returns>Its size, in bytes.</returns>
    public long Delete(string digest)
    {
        var size = SizeOf(digest);
        File.Delete(PathOf(digest));
        return size;
    }

    private string PathOf(string digest) => Path.Combine(_folder, Digest.HexOf(digest));
}
