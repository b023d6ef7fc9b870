using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

// The entries without content, and what becomes of a name that an archive uses twice.
internal sealed partial class LayerUnpacker
{
    /// <summary>A deletion applies to the layers below only, wherever in the archive it stands (OCI image spec, "Whiteouts").</summary>
    private static void Whiteout(SafeFileHandle parent, byte[] path, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(LayerPath.OpaqueWhiteout))
        {
            SetOpaque(parent, default, path);
            return;
        }
        var hidden = name[LayerPath.WhiteoutPrefix.Length..];
        if (hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8))
            throw new TarException($"{TarReader.Show(path)} is no valid whiteout");
        if (!TryMakeNode(parent, hidden, (uint)FileKind.CharacterDevice, 0, 0) && TryStatus(parent, hidden) is { Kind: FileKind.Directory })
            SetOpaque(parent, hidden, path);
    }

    private static void SetOpaque(SafeFileHandle parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        if (!TrySetXattr(parent, name, OverlayOpaque, "y"u8))
            throw new LinuxException(ENOTSUP, "set trusted.overlay.opaque for", TarReader.Show(path));
    }

    private void MakeSpecial(SafeFileHandle parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        if (!TryMakeSpecial(parent, name, entry))
        {
            Displace(parent, name);
            TryMakeSpecial(parent, name, entry);
        }
        SetOwnerAt(parent, name, entry.Uid, entry.Gid);
        if (entry.Kind != TarKind.Symlink)
            SetModeAt(parent, name, entry.Mode);
        foreach (var (attribute, value) in entry.Xattrs.Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(parent, name, attribute, value);
        SetTimeAt(parent, name, entry.Modified);
    }

    private static bool TryMakeSpecial(SafeFileHandle parent, ReadOnlySpan<byte> name, TarEntry entry) => entry.Kind switch
    {
        TarKind.Symlink => entry.LinkName.Length > 0
            ? TryMakeSymlink(entry.LinkName, parent, name)
            : throw new TarException($"{TarReader.Show(entry.Name)} is a link to nothing"),
        TarKind.CharacterDevice => TryMakeNode(parent, name, (uint)FileKind.CharacterDevice | entry.Mode, entry.Major, entry.Minor),
        TarKind.BlockDevice => TryMakeNode(parent, name, (uint)FileKind.BlockDevice | entry.Mode, entry.Major, entry.Minor),
        _ => TryMakeNode(parent, name, (uint)FileKind.Pipe | entry.Mode, 0, 0),
    };

    /// <summary>Owner, mode and attributes of a directory; its time is set last of all, since each entry made in it changes that.</summary>
    private static void Describe(SafeFileHandle directory, TarEntry entry)
    {
        SetOwner(directory, entry.Uid, entry.Gid);
        SetMode(directory, entry.Mode);
        foreach (var (attribute, value) in entry.Xattrs.Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(directory, default, attribute, value);
    }

    /// <summary>The later member of a name wins.</summary>
    private void Displace(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        if (TryStatus(parent, name) is { } there)
            Replace(parent, name, there);
    }

    private void Replace(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there)
    {
        if (there is { Kind: FileKind.Regular, Links: 1 })
            UnpackedSize -= there.Size;
        RemoveTree(parent, name);
    }

    /// <summary>Bytes as characters, one each: a dictionary key that keeps names apart which are not UTF-8.</summary>
    private static string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);
}
