using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Unpacks a layer's tar into a folder of its own, in overlayfs form: what the archive deletes becomes a whiteout device, a
/// directory that hides those below becomes opaque. So layers unpack in any order, or at once.
/// </summary>
/// <remarks>
/// Two things need the layers below, and wait for <see cref="Complete"/>: hard links to files that those hold, and the
/// attributes of directories that the archive does not mention.
/// </remarks>
internal partial class LayerUnpacker(SafeFileHandle root) : TarUnpacker(root)
{
    private readonly List<byte[]> _implicit = [];
    private readonly List<(byte[] Path, byte[] Target)> _links = [];
    private bool _rootSeen;

    /// <summary>Whether <see cref="Complete"/> looks at the layers below.</summary>
    public bool NeedsLowerLayers => _implicit.Count > 0 || _links.Count > 0 || !_rootSeen;

    protected override void MeetRoot(TarEntry entry)
    {
        if (entry.Kind != TarKind.Directory)
            throw new TarException("the archive's root is no directory");
        _rootSeen = true;
        DescribeDirectory(Root, [], entry);
    }

    protected override bool IsIgnored(byte[] path) =>
        path.AsSpan().StartsWith(LayerPath.AufsPrefix) && !path.AsSpan().SequenceEqual(LayerPath.OpaqueWhiteout);

    /// <summary>A deletion applies to the layers below only, wherever in the archive it stands (OCI image spec, "Whiteouts").</summary>
    protected override bool IsMark(SafeFileHandle parent, byte[] path, ReadOnlySpan<byte> name)
    {
        if (!name.StartsWith(LayerPath.WhiteoutPrefix))
            return false;
        if (name.SequenceEqual(LayerPath.OpaqueWhiteout))
        {
            SetOpaque(parent, default, path);
            return true;
        }
        var hidden = name[LayerPath.WhiteoutPrefix.Length..];
        if (hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8))
            throw new TarException($"{TarReader.Show(path)} is no valid whiteout");
        if (!TryMakeNode(parent, hidden, (uint)FileKind.CharacterDevice, 0, 0) && TryStatus(parent, hidden) is { Kind: FileKind.Directory })
            SetOpaque(parent, hidden, path);
        return true;
    }

    protected override SafeFileHandle? TryOpenDirectory(ReadOnlySpan<byte> path, bool forReading = false)
    {
        try
        {
            return OpenDirectoryIn(Root, path, forReading);
        }
        catch (LinuxException e) when (e.Errno is ENOTDIR or ELOOP)
        {
            return null;
        }
    }

    protected override void MakeImplicit(SafeFileHandle above, ReadOnlySpan<byte> name, byte[] path)
    {
        if (TryMakeDirectory(above, name, 0x1ed)) // 0755
            _implicit.Add(path);
        else if (TryStatus(above, name) is { IsWhiteout: true } whiteout)
            MakeInstead(above, name, whiteout, 0x1ed);
        else
            throw NoDirectory(path);
    }

    protected override void MakeInstead(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there, TarEntry entry) =>
        MakeInstead(parent, name, there, 0x1c0);

    protected override void Met(TarEntry entry, byte[] path)
    {
        if (_links.Count > 0)
            _links.RemoveAll(l => l.Path.AsSpan().SequenceEqual(path));
        if (entry.Kind == TarKind.Directory)
            _implicit.RemoveAll(p => p.AsSpan().SequenceEqual(path));
    }

    protected override void MissLink(byte[] path, byte[] target) => _links.Add((path, target));

    private void MakeInstead(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there, uint mode)
    {
        Remove(parent, name, there);
        if (!TryMakeDirectory(parent, name, mode))
            throw new LinuxException(EEXIST, "mkdir", TarReader.Show(name));
        // What hid the name below still hides it; the new directory would merge with the one below otherwise.
        if (there.IsWhiteout)
            SetOpaque(parent, name, name);
    }

    private static void SetOpaque(SafeFileHandle parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        if (!TrySetXattr(parent, name, OverlayOpaque, "y"u8))
            throw new LinuxException(ENOTSUP, "set trusted.overlay.opaque for", TarReader.Show(path));
    }
}
