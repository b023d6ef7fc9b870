using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Reads the upper directory of an overlay back into a layer's tar: whiteouts and opaque directories become the files that
/// stand for them in images. The order is that of the names' bytes, so the same changes make the same layer.
/// </summary>
internal sealed class LayerDiff(SafeFileHandle upper, Stream target)
{
    private readonly TarWriter _tar = new(target);
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _linked = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);

    /// <summary>Members written; none means that nothing was changed.</summary>
    public int Entries { get; private set; }

    /// <exception cref="TarException">Something in it cannot be part of an image.</exception>
    public void Write(CancellationToken cancellation)
    {
        WriteContent(upper, [], cancellation);
        _tar.End();
    }

    private void WriteContent(SafeFileHandle directory, byte[] path, CancellationToken cancellation)
    {
        using var readable = OpenDirectoryAt(directory, "."u8);
        foreach (var name in Names(readable))
        {
            cancellation.ThrowIfCancellationRequested();
            // Gone since the listing: the container was not frozen.
            if (TryStatus(readable, name) is { } status)
                WriteEntry(readable, name, path.Length == 0 ? name : [.. path, (byte)'/', .. name], status, cancellation);
        }
    }

    private void WriteEntry(SafeFileHandle directory, byte[] name, byte[] path, FileStatus status, CancellationToken cancellation)
    {
        if (status.IsWhiteout)
            WriteMark([.. LayerPath.Parent(path), .. path.Length == name.Length ? [] : "/"u8, .. LayerPath.WhiteoutPrefix, .. name], status);
        else if (name.AsSpan().StartsWith(LayerPath.WhiteoutPrefix))
            throw new TarException($"{TarReader.Show(path)} cannot be part of an image: there the name means that a file is deleted; rename it");
        else if (status.Kind == FileKind.Directory)
            WriteDirectory(directory, name, path, status, cancellation);
        else if (status.Kind != FileKind.Socket) // Means nothing without the process that listens.
            WriteLeaf(directory, name, path, status, cancellation);
    }

    private void WriteMark(byte[] path, FileStatus status) =>
        Begin(new TarEntry { Name = path, Kind = TarKind.File, Mode = 0x180, Modified = status.Modified }); // 0600

    private void WriteDirectory(SafeFileHandle directory, byte[] name, byte[] path, FileStatus status, CancellationToken cancellation)
    {
        Begin(Describe(directory, name, [.. path, (byte)'/'], status, TarKind.Directory));
        if (TryGetXattr(directory, name, OverlayOpaque) is [(byte)'y'])
            WriteMark([.. path, (byte)'/', .. LayerPath.OpaqueWhiteout], status);
        using var inner = OpenDirectoryAt(directory, name);
        WriteContent(inner, path, cancellation);
    }

    private void WriteLeaf(SafeFileHandle directory, byte[] name, byte[] path, FileStatus status, CancellationToken cancellation)
    {
        if (status.Links > 1 && !_linked.TryAdd((status.Device, status.Inode), path))
        {
            Begin(new TarEntry
            {
                Name = path,
                LinkName = _linked[(status.Device, status.Inode)],
                Kind = TarKind.HardLink,
                Mode = status.Mode,
                Uid = status.Uid,
                Gid = status.Gid,
                Modified = status.Modified,
            });
            return;
        }
        var entry = Describe(directory, name, path, status, KindOf(status));
        if (entry.Kind == TarKind.Symlink)
            entry.LinkName = ReadLink(directory, name);
        else if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
            (entry.Major, entry.Minor) = (status.Major, status.Minor);
        else if (entry.Kind == TarKind.File)
            entry.Size = status.Size;
        Begin(entry);
        if (entry.Size > 0)
            CopyContent(directory, name, entry.Size, cancellation);
    }

    private void CopyContent(SafeFileHandle directory, byte[] name, long size, CancellationToken cancellation)
    {
        using var file = TryOpenAt(directory, name, O_RDONLY);
        long offset = 0;
        while (file is not null && offset < size)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, size - offset)), offset);
            if (read == 0)
                break;
            _tar.Content(_buffer.AsSpan(0, read));
            offset += read;
        }
        _tar.FillUp();
    }

    private void Begin(TarEntry entry)
    {
        Entries++;
        _tar.Begin(entry);
    }

    private static TarEntry Describe(SafeFileHandle directory, byte[] name, byte[] path, FileStatus status, TarKind kind)
    {
        var entry = new TarEntry { Name = path, Kind = kind, Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Modified = status.Modified };
        foreach (var attribute in Xattrs(directory, name))
        {
            if (attribute.Name.AsSpan().SequenceEqual("trusted.overlay.redirect"u8) || attribute.Name.AsSpan().SequenceEqual("trusted.overlay.metacopy"u8))
                throw new LinuxException(ENOTSUP, "read a file that overlayfs keeps in another layer (redirect_dir, metacopy):", TarReader.Show(path));
            if (LayerPath.IsImageAttribute(attribute.Name))
                entry.Xattrs.Add(attribute);
        }
        return entry;
    }

    private static TarKind KindOf(FileStatus status) => status.Kind switch
    {
        FileKind.Symlink => TarKind.Symlink,
        FileKind.CharacterDevice => TarKind.CharacterDevice,
        FileKind.BlockDevice => TarKind.BlockDevice,
        FileKind.Pipe => TarKind.Pipe,
        _ => TarKind.File,
    };
}
