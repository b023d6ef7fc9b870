using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Unpacks a layer's tar into a folder of its own, in overlayfs form: what the archive deletes becomes a whiteout device, a
/// directory that hides those below becomes opaque. So layers unpack in any order, or at once. The archive is hostile: every
/// path is resolved below the root by the kernel, and no name is followed through a link in its last component.
/// </summary>
/// <remarks>
/// Two things need the layers below, and wait for <see cref="Complete"/>: hard links to files that those hold, and the
/// attributes of directories that the archive does not mention.
/// </remarks>
internal sealed partial class LayerUnpacker(SafeFileHandle root) : IDisposable
{
    private readonly Dictionary<string, FileTime> _directoryTimes = [];
    private readonly List<byte[]> _implicit = [];
    private readonly List<(byte[] Path, byte[] Target)> _links = [];
    private byte[]? _parentPath;
    private SafeFileHandle? _parent;
    private bool _rootSeen;

    /// <summary>Of the regular files, in bytes.</summary>
    public long UnpackedSize { get; private set; }

    /// <summary>Whether <see cref="Complete"/> looks at the layers below.</summary>
    public bool NeedsLowerLayers => _implicit.Count > 0 || _links.Count > 0 || !_rootSeen;

    /// <summary>Unpacks the whole archive and reads its source to the end.</summary>
    /// <exception cref="TarException">The archive is broken, or leads out of the root.</exception>
    public void Unpack(TarReader tar, CancellationToken cancellation)
    {
        while (tar.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = LayerPath.Clean(entry.Name);
            if (path.AsSpan().StartsWith(LayerPath.AufsPrefix) && !path.AsSpan().SequenceEqual(LayerPath.OpaqueWhiteout))
                continue;
            if (path.Length == 0)
                Root(entry);
            else
                Apply(tar, entry, path, cancellation);
        }
        tar.Drain();
    }

    public void Dispose() => _parent?.Dispose();

    private void Root(TarEntry entry)
    {
        if (entry.Kind != TarKind.Directory)
            throw new TarException("the archive's root is no directory");
        _rootSeen = true;
        Describe(root, entry);
        _directoryTimes[""] = entry.Modified;
    }

    private void Apply(TarReader tar, TarEntry entry, byte[] path, CancellationToken cancellation)
    {
        var parent = Enter(LayerPath.Parent(path));
        var name = LayerPath.Base(path);
        if (name.Length > 255)
            throw new TarException($"the name of member {TarReader.Show(path)} is longer than 255 bytes");
        if (name.StartsWith(LayerPath.WhiteoutPrefix))
        {
            Whiteout(parent, path, name);
            return;
        }
        if (_links.Count > 0)
            _links.RemoveAll(l => l.Path.AsSpan().SequenceEqual(path));
        switch (entry.Kind)
        {
            case TarKind.Directory:
                MakeDirectory(parent, name, path, entry);
                break;
            case TarKind.File:
                WriteFile(tar, parent, name, path, entry, cancellation);
                break;
            case TarKind.HardLink:
                Link(parent, name, path, LayerPath.Clean(entry.LinkName));
                break;
            default:
                MakeSpecial(parent, name, path, entry);
                break;
        }
    }

    /// <summary>The directory at this path, made where the archive has not mentioned it. Most entries share their parent with the one before.</summary>
    private SafeFileHandle Enter(ReadOnlySpan<byte> path)
    {
        if (_parent is not null && path.SequenceEqual(_parentPath))
            return _parent;
        var directory = OpenParent(path);
        Forget();
        (_parentPath, _parent) = (path.ToArray(), directory);
        return directory;
    }

    private void Forget()
    {
        _parent?.Dispose();
        (_parent, _parentPath) = (null, null);
    }

    private SafeFileHandle OpenParent(ReadOnlySpan<byte> path) => TryOpenDirectory(path) ?? MakeImplicit(path);

    private SafeFileHandle? TryOpenDirectory(ReadOnlySpan<byte> path, bool forReading = false)
    {
        try
        {
            return OpenDirectoryIn(root, path, forReading);
        }
        catch (LinuxException e) when (e.Errno is ENOTDIR or ELOOP)
        {
            return null;
        }
    }

    private SafeFileHandle MakeImplicit(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            throw new LinuxException(ENOENT, "open", "the layer's root");
        using var above = OpenParent(LayerPath.Parent(path));
        var name = LayerPath.Base(path);
        if (TryMakeDirectory(above, name, 0x1ed)) // 0755
            _implicit.Add(path.ToArray());
        else if (TryStatus(above, name) is { IsWhiteout: true } whiteout)
            MakeOpaque(above, name, whiteout, 0x1ed);
        else
            throw new TarException($"{TarReader.Show(path)} has members below it but is no directory, or a link that leads to none");
        return OpenDirectoryIn(root, path) ?? throw new LinuxException(ENOENT, "open", TarReader.Show(path));
    }

    private void MakeDirectory(SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        if (!TryMakeDirectory(parent, name, 0x1c0) && TryStatus(parent, name) is { } there && there.Kind != FileKind.Directory) // 0700
        {
            if (there.IsWhiteout)
                MakeOpaque(parent, name, there, 0x1c0);
            else
                MakeInstead(parent, name, there, 0x1c0);
        }
        _implicit.RemoveAll(p => p.AsSpan().SequenceEqual(path));
        using var directory = OpenDirectoryAt(parent, name);
        Describe(directory, entry);
        _directoryTimes[Key(path)] = entry.Modified;
    }

    /// <summary>What hid the name below still hides it; the new directory would merge with the one below otherwise.</summary>
    private void MakeOpaque(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus whiteout, uint mode)
    {
        MakeInstead(parent, name, whiteout, mode);
        SetOpaque(parent, name, name);
    }

    private void MakeInstead(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there, uint mode)
    {
        Replace(parent, name, there);
        if (!TryMakeDirectory(parent, name, mode))
            throw new LinuxException(EEXIST, "mkdir", TarReader.Show(name));
    }

    private void WriteFile(TarReader tar, SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry, CancellationToken cancellation)
    {
        using var file = Create(parent, name, path);
        if (entry.Sparse is { } segments)
        {
            foreach (var (offset, length) in segments)
            {
                Seek(file, offset);
                CopyContent(tar, file, length, cancellation);
            }
            SetLength(file, entry.RealSize);
        }
        else
        {
            CopyContent(tar, file, entry.Size, cancellation);
        }
        UnpackedSize += entry.RealSize;
        // In this order: a change of owner clears the set-id bits and the capabilities (chown(2)).
        SetOwner(file, entry.Uid, entry.Gid);
        SetMode(file, entry.Mode);
        foreach (var (attribute, value) in entry.Xattrs.Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(parent, name, attribute, value);
        SetTime(file, entry.Modified);
    }

    private static void CopyContent(TarReader tar, SafeFileHandle file, long length, CancellationToken cancellation)
    {
        while (length > 0)
        {
            var piece = tar.ReadContent((int)Math.Min(length, int.MaxValue));
            Write(file, piece);
            length -= piece.Length;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private SafeFileHandle Create(SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path)
    {
        const int flags = O_CREAT | O_EXCL | O_WRONLY;
        if (TryOpenAt(parent, name, flags, 0x180) is { } file) // 0600
            return file;
        Displace(parent, name);
        return TryOpenAt(parent, name, flags, 0x180) ?? throw new LinuxException(EEXIST, "create", TarReader.Show(path));
    }

    private void Link(SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path, byte[] target)
    {
        if (target.Length == 0)
            throw new TarException($"{TarReader.Show(path)} is a hard link to the root");
        if (target.AsSpan().SequenceEqual(path))
            throw new TarException($"{TarReader.Show(path)} is a hard link to itself");
        var result = TryLinkHere(target, parent, name);
        if (result == EEXIST)
        {
            Displace(parent, name);
            result = TryLinkHere(target, Enter(LayerPath.Parent(path)), name);
        }
        if (result == ENOENT)
            _links.Add((path, target));
    }

    private int TryLinkHere(byte[] target, SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        using var directory = OpenDirectoryIn(root, LayerPath.Parent(target));
        if (directory is null || TryStatus(directory, LayerPath.Base(target)) is not { } status)
            return ENOENT;
        if (status.Kind == FileKind.Directory || status.IsWhiteout)
            throw new TarException($"{TarReader.Show(target)} cannot be the target of a hard link");
        return TryLink(directory, LayerPath.Base(target), parent, name);
    }
}
