using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Copies a tree, or the union of several: owners, modes, times, attributes, devices, holes and hard links as they are. Nothing is
/// followed, so what an image holds cannot lead out of either folder. Files share their blocks where the file system can do that.
/// </summary>
internal sealed class TreeCopy
{
    private const int BufferSize = 128 * 1024;

    // Files with more than one name: where the first was put.
    private readonly Dictionary<(ulong Device, ulong Inode), (SafeFileHandle Folder, byte[] Name)> _linked = [];
    private readonly List<SafeFileHandle> _held = [];
    private readonly byte[] _buffer = new byte[BufferSize];
    private bool _canShare = true;

    /// <summary>What is there under a name that the source has too is replaced, but for folders, which are filled.</summary>
    public static void Copy(UnionDirectory from, SafeFileHandle to)
    {
        var copy = new TreeCopy();
        try
        {
            copy.Fill(from, to);
            if (from.Top is { } top)
                Dress(top, to);
        }
        finally
        {
            foreach (var folder in copy._held)
                folder.Dispose();
        }
    }

    private void Fill(UnionDirectory from, SafeFileHandle to)
    {
        foreach (var name in from.AllNames())
        {
            if (from.Look(name, out var holder) is not { } status)
                continue;
            if (status.Kind == FileKind.Directory)
                Folder(from, to, name);
            else
                Entry(holder!, to, name, status);
        }
    }

    private void Entry(SafeFileHandle from, SafeFileHandle to, byte[] name, FileStatus status)
    {
        FileCalls.RemoveTree(to, name);
        if (status.Links > 1 && _linked.TryGetValue((status.Device, status.Inode), out var first) && FileCalls.TryLink(first.Folder, first.Name, to, name) == 0)
            return;
        switch (status.Kind)
        {
            case FileKind.Regular:
                File(from, to, name, status);
                break;
            case FileKind.Symlink:
                FileCalls.TryMakeSymlink(FileCalls.ReadLink(from, name), to, name);
                DressHeld(from, name, to, status, setMode: false);
                break;
            case FileKind.Socket:
                // Nobody listens on a copy.
                return;
            default:
                FileCalls.TryMakeNode(to, name, (uint)status.Kind | status.Mode, status.Major, status.Minor);
                DressHeld(from, name, to, status, setMode: true);
                break;
        }
        if (status.Links > 1)
            _linked[(status.Device, status.Inode)] = (Hold(to), name);
    }

    private void Folder(UnionDirectory from, SafeFileHandle to, byte[] name)
    {
        if (!FileCalls.TryMakeDirectory(to, name, 0x1c0 /* 0700 */) && FileCalls.TryStatus(to, name) is not { Kind: FileKind.Directory })
        {
            FileCalls.Remove(to, name, isDirectory: false);
            FileCalls.TryMakeDirectory(to, name, 0x1c0);
        }
        using var source = from.Enter(name);
        using var target = FileCalls.OpenDirectoryAt(to, name);
        Fill(source, target);
        if (source.Top is { } top)
            Dress(top, target);
    }

    /// <summary>Gives one folder the owner, mode, attributes and time of another.</summary>
    public static void Dress(SafeFileHandle from, SafeFileHandle to)
    {
        // The mode after the owner, whose change takes the set-id bits away; the time last.
        var status = FileCalls.StatusOf(from);
        FileCalls.SetOwner(to, status.Uid, status.Gid);
        CopyXattrs(from, "."u8, to, "."u8);
        FileCalls.SetMode(to, status.Mode);
        FileCalls.SetTime(to, status.Modified);
    }

    private void File(SafeFileHandle from, SafeFileHandle to, byte[] name, FileStatus status)
    {
        using var source = FileCalls.TryOpenAt(from, name, FileCalls.O_RDONLY) ?? throw new IOException("a file went away while it was copied");
        using var target = FileCalls.TryOpenAt(to, name, FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL, 0x180 /* 0600 */)
            ?? throw new IOException("a file appeared while it was to be copied");
        if (!TryShare(source, target))
            CopyContent(source, target, status.Size);
        FileCalls.SetOwner(target, status.Uid, status.Gid);
        CopyXattrs(from, name, to, name);
        FileCalls.SetMode(target, status.Mode);
        FileCalls.SetTime(target, status.Modified);
    }

    private bool TryShare(SafeFileHandle source, SafeFileHandle target)
    {
        // Once refused, always refused: source and target are on the same two file systems throughout.
        return _canShare && (_canShare = Interop.Ioctl(target, Interop.FICLONE, source) == 0);
    }

    private void CopyContent(SafeFileHandle source, SafeFileHandle target, long size)
    {
        RandomAccess.SetLength(target, size);
        for (var at = 0L; RandomAccess.Read(source, _buffer, at) is > 0 and var read; at += read)
        {
            // What is all zeros is there already, as a hole.
            if (_buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
                RandomAccess.Write(target, _buffer.AsSpan(0, read), at);
        }
    }

    // What cannot be opened is held by its place, so that all is done to the same one.
    private static void DressHeld(SafeFileHandle from, ReadOnlySpan<byte> name, SafeFileHandle to, FileStatus status, bool setMode)
    {
        using var held = FileCalls.TryHold(to, name) ?? throw new IOException("a file went away while it was copied");
        FileCalls.SetOwnerOf(held, status.Uid, status.Gid);
        CopyXattrs(from, name, to, name);
        if (setMode)
            FileCalls.SetModeOf(held, status.Mode);
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
        var held = FileCalls.OpenDirectoryAt(folder, "."u8);
        _held.Add(held);
        return held;
    }
}
