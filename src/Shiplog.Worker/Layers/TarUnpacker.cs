using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Unpacks a tar below an open directory. The archive is hostile, and so may be who shares the directory: a container that
/// runs. Every path is resolved by the kernel below what is held open, no name is followed through a link in its last
/// component, and what was made gets its owner and mode by its descriptor, not by a name that somebody may have taken since.
/// </summary>
internal abstract partial class TarUnpacker(SafeFileHandle root) : IDisposable
{
    private readonly Dictionary<string, FileTime> _directoryTimes = [];
    private byte[]? _parentPath;
    private SafeFileHandle? _parent;

    protected SafeFileHandle Root => root;

    /// <summary>Of the regular files, in bytes.</summary>
    public long UnpackedSize { get; protected set; }

    /// <summary>Members unpacked until now.</summary>
    public int Entries { get; private set; }

    /// <summary>Unpacks the whole archive and reads its source to the end.</summary>
    /// <exception cref="TarException">The archive is broken, or leads out of the root.</exception>
    public void Unpack(TarReader tar, CancellationToken cancellation)
    {
        while (tar.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = LayerPath.Clean(entry.Name);
            if (path.Length == 0)
                MeetRoot(entry);
            else if (!IsIgnored(path))
                Apply(tar, entry, path, cancellation);
            Entries++;
        }
        tar.Drain();
    }

    public void Dispose() => _parent?.Dispose();

    /// <summary>The archive describes the root itself.</summary>
    protected abstract void MeetRoot(TarEntry entry);

    /// <summary>Whether a member is none of the tree's.</summary>
    protected virtual bool IsIgnored(byte[] path) => false;

    /// <summary>Whether a name stands for something else than a file of that name.</summary>
    protected virtual bool IsMark(SafeFileHandle parent, byte[] path, ReadOnlySpan<byte> name) => false;

    /// <returns><see langword="null"/> where there is none, or something else.</returns>
    protected abstract SafeFileHandle? TryOpenDirectory(ReadOnlySpan<byte> path, bool forReading = false);

    /// <summary>Makes a directory that members lie in, and that the archive has not mentioned.</summary>
    protected abstract void MakeImplicit(SafeFileHandle above, ReadOnlySpan<byte> name, byte[] path);

    /// <summary>Makes the directory in the place of something that is none.</summary>
    protected abstract void MakeInstead(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there, TarEntry entry);

    /// <summary>A hard link to what is not here.</summary>
    protected abstract void MissLink(byte[] path, byte[] target);

    /// <summary>The later member of a name wins, where the archive may win at all.</summary>
    protected virtual void Displace(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there) => Remove(parent, name, there);

    protected virtual (uint Uid, uint Gid) OwnerOf(TarEntry entry) => (entry.Uid, entry.Gid);

    /// <summary>Refuses what must not be made here.</summary>
    /// <exception cref="TarException">It must not.</exception>
    protected virtual void Judge(TarEntry entry)
    {
    }

    /// <summary>A member is about to be made.</summary>
    protected virtual void Met(TarEntry entry, byte[] path)
    {
    }

    private void Apply(TarReader tar, TarEntry entry, byte[] path, CancellationToken cancellation)
    {
        var parent = Enter(LayerPath.Parent(path));
        var name = LayerPath.Base(path);
        if (name.Length > 255)
            throw new TarException($"the name of member {TarReader.Show(path)} is longer than 255 bytes");
        if (IsMark(parent, path, name))
            return;
        Judge(entry);
        Met(entry, path);
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
                MakeSpecial(parent, name, entry);
                break;
        }
    }

    /// <summary>The directory at this path, made where the archive has not mentioned it. Most entries share their parent with the one before.</summary>
    protected SafeFileHandle Enter(ReadOnlySpan<byte> path)
    {
        if (_parent is not null && path.SequenceEqual(_parentPath))
            return _parent;
        var directory = OpenParent(path);
        Forget();
        (_parentPath, _parent) = (path.ToArray(), directory);
        return directory;
    }

    protected void Forget()
    {
        _parent?.Dispose();
        (_parent, _parentPath) = (null, null);
    }

    protected SafeFileHandle OpenParent(ReadOnlySpan<byte> path)
    {
        if (TryOpenDirectory(path) is { } there)
            return there;
        if (path.IsEmpty)
            throw new LinuxException(ENOENT, "open", "the archive's root");
        using (var above = OpenParent(LayerPath.Parent(path)))
            MakeImplicit(above, LayerPath.Base(path), path.ToArray());
        return TryOpenDirectory(path) ?? throw NoDirectory(path);
    }

    protected static TarException NoDirectory(ReadOnlySpan<byte> path) =>
        new($"{TarReader.Show(path)} has members below it but is no directory, or a link that leads to none");

    private void MakeDirectory(SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        if (!TryMakeDirectory(parent, name, 0x1c0) && TryStatus(parent, name) is { } there && there.Kind != FileKind.Directory) // 0700
            MakeInstead(parent, name, there, entry);
        using var directory = OpenDirectoryAt(parent, name);
        DescribeDirectory(directory, path, entry);
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
        Describe(file, entry);
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
            MissLink(path, target);
    }

    protected int TryLinkHere(byte[] target, SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        using var directory = TryOpenDirectory(LayerPath.Parent(target));
        if (directory is null || TryStatus(directory, LayerPath.Base(target)) is not { } status)
            return ENOENT;
        if (status.Kind == FileKind.Directory || status.IsWhiteout)
            throw new TarException($"{TarReader.Show(target)} cannot be the target of a hard link");
        return TryLink(directory, LayerPath.Base(target), parent, name);
    }

    private void Displace(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        if (TryStatus(parent, name) is { } there)
            Displace(parent, name, there);
    }

    protected void Remove(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there)
    {
        if (there is { Kind: FileKind.Regular, Links: 1 })
            UnpackedSize -= there.Size;
        RemoveTree(parent, name);
    }

    /// <summary>Bytes as characters, one each: a dictionary key that keeps names apart which are not UTF-8.</summary>
    protected static string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);
}
