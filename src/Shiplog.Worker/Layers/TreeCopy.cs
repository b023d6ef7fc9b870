using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Copies a tree, or the union of several: owners, modes, times, attributes, devices, holes and hard links as they are. Nothing is
/// followed, so what an image holds cannot lead out of either folder. Files share their blocks where the file system can do that.
/// </summary>
internal class TreeCopy : IDisposable
{
    private const int BufferSize = 128 * 1024, SmallBuffer = 16 * 1024;

    // Files with more than one name: where the first was put, and as which file.
    private readonly Dictionary<(ulong Device, ulong Inode), (SafeFileHandle Folder, byte[] Name, ulong Inode)> _linked = [];
    private readonly List<SafeFileHandle> _held = [];
    private byte[] _buffer = [];
    private SafeFileHandle? _lastFolder, _lastHeld;
    private bool _canShare = true;

    protected TreeCopy()
    {
    }

    /// <summary>What is there under a name that the source has too is replaced, but for folders, which are filled.</summary>
    public static void Copy(UnionDirectory from, SafeFileHandle to)
    {
        using var copy = new TreeCopy();
        copy.Fill(from, to, []);
        if (from.Top is { } top)
            Dress(top, to);
    }

    public void Dispose()
    {
        foreach (var folder in _held)
            folder.Dispose();
    }

    /// <summary>Whether something is copied at all.</summary>
    /// <param name="path">From where the copy began.</param>
    protected virtual bool Takes(UnionDirectory from, byte[] name, byte[] path, FileKind kind) => true;

    /// <summary>Makes room for something that is no folder.</summary>
    protected virtual void Displace(SafeFileHandle to, byte[] name, byte[] path) => FileCalls.RemoveTree(to, name);

    /// <summary>Makes room for a folder where something else is.</summary>
    protected virtual void DisplaceByFolder(SafeFileHandle to, byte[] name, byte[] path) => FileCalls.Remove(to, name, isDirectory: false);

    /// <summary>Whom a copy belongs to.</summary>
    protected virtual (uint Uid, uint Gid) OwnerOf(FileStatus status) => (status.Uid, status.Gid);

    protected virtual uint ModeOf(FileStatus status) => status.Mode;

    /// <summary>The time of change that a regular file is given.</summary>
    protected virtual FileTime TimeOf(FileStatus status) => status.Modified;

    /// <summary>Copies what is in a folder.</summary>
    protected void Fill(UnionDirectory from, SafeFileHandle to, byte[] path)
    {
        foreach (var name in from.AllNames())
        {
            if (from.Look(name, out var holder) is not { } status)
                continue;
            var here = LayerPath.Append(path, name);
            if (!Takes(from, name, here, status.Kind))
                continue;
            if (status.Kind == FileKind.Directory)
                Folder(from, to, name, here);
            else
                Entry(holder!, to, name, name, here, status);
        }
    }

    /// <summary>Copies something that is no folder.</summary>
    protected void Entry(SafeFileHandle from, SafeFileHandle to, byte[] name, byte[] target, byte[] path, FileStatus status)
    {
        Displace(to, target, path);
        if (status.Links > 1 && TryLink(to, target, status))
            return;
        switch (status.Kind)
        {
            case FileKind.Regular:
                File(from, to, name, target, status);
                break;
            case FileKind.Symlink:
                FileCalls.TryMakeSymlink(FileCalls.ReadLink(from, name), to, target);
                DressHeld(from, name, to, target, status, setMode: false);
                break;
            case FileKind.Socket:
                // Nobody listens on a copy.
                return;
            default:
                FileCalls.TryMakeNode(to, target, (uint)status.Kind | ModeOf(status), status.Major, status.Minor);
                DressHeld(from, name, to, target, status, setMode: true);
                break;
        }
        if (status.Links > 1)
            _linked[(status.Device, status.Inode)] = (Hold(to), target, FileCalls.TryStatus(to, target)!.Value.Inode);
    }

    // What the first name was given may have been replaced since, by another source's file of that name.
    private bool TryLink(SafeFileHandle to, byte[] target, FileStatus status) =>
        _linked.TryGetValue((status.Device, status.Inode), out var first)
        && FileCalls.TryStatus(first.Folder, first.Name) is { } there && there.Inode == first.Inode
        && FileCalls.TryLink(first.Folder, first.Name, to, target) == 0;

    private void Folder(UnionDirectory from, SafeFileHandle to, byte[] name, byte[] path)
    {
        if (!FileCalls.TryMakeDirectory(to, name, 0x1c0 /* 0700 */) && FileCalls.TryStatus(to, name) is not { Kind: FileKind.Directory })
        {
            DisplaceByFolder(to, name, path);
            FileCalls.TryMakeDirectory(to, name, 0x1c0);
        }
        using var source = from.Enter(name);
        using var target = FileCalls.OpenDirectoryAt(to, name);
        Fill(source, target, path);
        if (source.Top is { } top)
            DressFolder(top, target);
    }

    /// <summary>Gives one folder the owner, mode, attributes and time of another.</summary>
    public static void Dress(SafeFileHandle from, SafeFileHandle to)
    {
        var status = FileCalls.StatusOf(from);
        Dress(from, to, status, (status.Uid, status.Gid), status.Mode);
    }

    /// <summary>Gives a folder what the copy of another has.</summary>
    protected void DressFolder(SafeFileHandle from, SafeFileHandle to)
    {
        var status = FileCalls.StatusOf(from);
        Dress(from, to, status, OwnerOf(status), ModeOf(status));
    }

    private static void Dress(SafeFileHandle from, SafeFileHandle to, FileStatus status, (uint Uid, uint Gid) owner, uint mode)
    {
        // The mode after the owner, whose change takes the set-id bits away; the time last.
        FileCalls.SetOwner(to, owner.Uid, owner.Gid);
        CopyXattrs(from, "."u8, to, "."u8);
        FileCalls.SetMode(to, mode);
        FileCalls.SetTime(to, status.Modified);
    }

    private void File(SafeFileHandle from, SafeFileHandle to, byte[] name, byte[] targetName, FileStatus status)
    {
        using var source = FileCalls.TryOpenAt(from, name, FileCalls.O_RDONLY) ?? throw new IOException("a file went away while it was copied");
        using var target = FileCalls.TryOpenAt(to, targetName, FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL, 0x180 /* 0600 */)
            ?? throw new IOException("a file appeared while it was to be copied");
        if (!TryShare(source, target))
            CopyContent(source, target, status.Size);
        var (uid, gid) = OwnerOf(status);
        FileCalls.SetOwner(target, uid, gid);
        CopyXattrs(from, name, to, targetName);
        FileCalls.SetMode(target, ModeOf(status));
        FileCalls.SetTime(target, TimeOf(status));
    }

    private bool TryShare(SafeFileHandle source, SafeFileHandle target)
    {
        // Once refused, always refused: source and target are on the same two file systems throughout.
        return _canShare && (_canShare = Interop.Ioctl(target, Interop.FICLONE, source) == 0);
    }

    private void CopyContent(SafeFileHandle source, SafeFileHandle target, long size)
    {
        // As large as it has to be: most copies are of a few small files.
        if (_buffer.Length < Math.Min(size, BufferSize))
            _buffer = GC.AllocateUninitializedArray<byte>(size <= SmallBuffer ? SmallBuffer : BufferSize);
        if (size > 0)
            RandomAccess.SetLength(target, size);
        for (var at = 0L; at < size && RandomAccess.Read(source, _buffer, at) is > 0 and var read; at += read)
        {
            // What is all zeros is there already, as a hole.
            if (_buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
                RandomAccess.Write(target, _buffer.AsSpan(0, read), at);
        }
    }

    // What cannot be opened is held by its place, so that all is done to the same one.
    private void DressHeld(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, ReadOnlySpan<byte> target, FileStatus status, bool setMode)
    {
        using var held = FileCalls.TryHold(to, target) ?? throw new IOException("a file went away while it was copied");
        var (uid, gid) = OwnerOf(status);
        FileCalls.SetOwnerOf(held, uid, gid);
        CopyXattrs(from, name, to, target);
        if (setMode)
            FileCalls.SetModeOf(held, ModeOf(status));
        FileCalls.SetTimeOf(held, status.Modified);
    }

    private static void CopyXattrs(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, ReadOnlySpan<byte> target)
    {
        foreach (var attribute in FileCalls.Xattrs(from, name))
        {
            if (LayerPath.IsImageAttribute(attribute.Name))
                FileCalls.TrySetXattr(to, target, attribute.Name, attribute.Value);
        }
    }

    /// <summary>The folder is closed when its turn is over; links to what is in it are made later.</summary>
    private SafeFileHandle Hold(SafeFileHandle folder)
    {
        if (ReferenceEquals(folder, _lastFolder))
            return _lastHeld!;
        var held = FileCalls.OpenDirectoryAt(folder, "."u8);
        _held.Add(held);
        (_lastFolder, _lastHeld) = (folder, held);
        return held;
    }
}
