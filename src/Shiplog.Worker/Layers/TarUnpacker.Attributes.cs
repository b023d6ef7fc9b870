using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

// What a member says of itself besides its content.
internal abstract partial class TarUnpacker
{
    /// <summary>Owner, mode and attributes of an open file or directory.</summary>
    protected void Describe(SafeFileHandle file, TarEntry entry)
    {
        // In this order: a change of owner clears the set-id bits and the capabilities (chown(2)).
        var (uid, gid) = OwnerOf(entry);
        SetOwner(file, uid, gid);
        SetMode(file, entry.Mode);
        foreach (var (attribute, value) in entry.Xattrs.Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(file, attribute, value);
    }

    /// <summary>As <see cref="Describe"/>; a directory's time is set last of all, since each entry made in it changes that.</summary>
    protected void DescribeDirectory(SafeFileHandle directory, byte[] path, TarEntry entry)
    {
        Describe(directory, entry);
        _directoryTimes[Key(path)] = entry.Modified;
    }

    protected void SuggestDirectoryTime(byte[] path, FileTime time) => _directoryTimes.TryAdd(Key(path), time);

    /// <summary>The last thing to do.</summary>
    protected void SetDirectoryTimes()
    {
        Forget();
        foreach (var (key, time) in _directoryTimes)
        {
            using var directory = TryOpenDirectory(Encoding.Latin1.GetBytes(key), forReading: true);
            if (directory is not null) // A later member may have taken the name.
                SetTime(directory, time);
        }
    }

    private void MakeSpecial(SafeFileHandle parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        if (!TryMakeSpecial(parent, name, entry))
        {
            Displace(parent, name);
            TryMakeSpecial(parent, name, entry);
        }
        using var held = TryHold(parent, name);
        // A container that runs may have put something else in its place.
        if (held is null || StatusOf(held) is var made && (made.Kind != KindOf(entry) || made.Links != 1))
            throw new TarException($"{TarReader.Show(entry.Name)} was replaced by somebody else while it was being made");
        var (uid, gid) = OwnerOf(entry);
        SetOwnerOf(held, uid, gid);
        if (entry.Kind != TarKind.Symlink)
            SetModeOf(held, entry.Mode);
        foreach (var (attribute, value) in entry.Xattrs.Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(held, attribute, value);
        SetTimeOf(held, entry.Modified);
    }

    private static bool TryMakeSpecial(SafeFileHandle parent, ReadOnlySpan<byte> name, TarEntry entry) => entry.Kind switch
    {
        TarKind.Symlink => entry.LinkName.Length > 0
            ? TryMakeSymlink(entry.LinkName, parent, name)
            : throw new TarException($"{TarReader.Show(entry.Name)} is a link to nothing"),
        TarKind.CharacterDevice or TarKind.BlockDevice => TryMakeNode(parent, name, (uint)KindOf(entry) | entry.Mode, entry.Major, entry.Minor),
        _ => TryMakeNode(parent, name, (uint)FileKind.Pipe | entry.Mode, 0, 0),
    };

    private static FileKind KindOf(TarEntry entry) => entry.Kind switch
    {
        TarKind.Symlink => FileKind.Symlink,
        TarKind.CharacterDevice => FileKind.CharacterDevice,
        TarKind.BlockDevice => FileKind.BlockDevice,
        _ => FileKind.Pipe,
    };
}
