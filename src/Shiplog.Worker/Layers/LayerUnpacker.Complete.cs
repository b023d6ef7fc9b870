using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

// What the layers below must tell, once they are unpacked.
internal partial class LayerUnpacker
{
    /// <summary>Makes the layer what it would be, had those below been unpacked before it; then sets the directories' times.</summary>
    public void Complete(LowerLayers lower)
    {
        Forget();
        foreach (var (path, target) in _links)
            LinkFromBelow(lower, path, target);
        if (!_rootSeen)
            Inherit(lower, []);
        foreach (var path in _implicit)
            Inherit(lower, path);
        SetDirectoryTimes();
    }

    private void LinkFromBelow(LowerLayers lower, byte[] path, byte[] target)
    {
        var parent = Enter(LayerPath.Parent(path));
        // Two links to one file below: the first has brought the file up.
        if (TryLinkHere(target, parent, LayerPath.Base(path)) == 0)
            return;
        using var from = lower.FindParent(target, out var place)
            ?? throw new TarException($"{TarReader.Show(path)} is a hard link to {TarReader.Show(target)}, which is nowhere");
        Forget();
        using var to = OpenParent(LayerPath.Parent(place));
        CopyUp(from, to, LayerPath.Base(place));
        using var directory = OpenParent(LayerPath.Parent(path));
        if (TryLink(to, LayerPath.Base(place), directory, LayerPath.Base(path)) is var error and not 0)
            throw new LinuxException(error, "link", TarReader.Show(path));
    }

    private void CopyUp(SafeFileHandle from, SafeFileHandle to, ReadOnlySpan<byte> name)
    {
        var status = TryStatus(from, name) ?? throw new LinuxException(ENOENT, "copy up", TarReader.Show(name));
        if (status.Kind == FileKind.Directory)
            throw new TarException($"{TarReader.Show(name)} is a directory and cannot be the target of a hard link");
        if (status.Kind == FileKind.Regular)
            CopyFile(from, to, name, status);
        else if (status.Kind == FileKind.Symlink)
            TryMakeSymlink(ReadLink(from, name), to, name);
        else
            TryMakeNode(to, name, (uint)status.Kind | status.Mode, status.Major, status.Minor);
        using var copy = TryHold(to, name) ?? throw new LinuxException(ENOENT, "copy up", TarReader.Show(name));
        SetOwnerOf(copy, status.Uid, status.Gid);
        if (status.Kind != FileKind.Symlink)
            SetModeOf(copy, status.Mode);
        foreach (var (attribute, value) in Xattrs(from, name).Where(x => LayerPath.IsImageAttribute(x.Name)))
            TrySetXattr(copy, attribute, value);
        SetTimeOf(copy, status.Modified);
    }

    private void CopyFile(SafeFileHandle from, SafeFileHandle to, ReadOnlySpan<byte> name, FileStatus status)
    {
        using var source = TryOpenAt(from, name, O_RDONLY) ?? throw new LinuxException(ENOENT, "open", TarReader.Show(name));
        using var copy = TryOpenAt(to, name, O_CREAT | O_EXCL | O_WRONLY, 0x180) ?? throw new LinuxException(EEXIST, "create", TarReader.Show(name));
        var buffer = new byte[128 * 1024];
        long offset = 0;
        for (int read; (read = RandomAccess.Read(source, buffer, offset)) > 0; offset += read)
            Write(copy, buffer.AsSpan(0, read));
        UnpackedSize += status.Size;
    }

    /// <summary>A directory that the archive takes for granted looks as it does below; the topmost one is what the union shows.</summary>
    private void Inherit(LowerLayers lower, byte[] path)
    {
        using var directory = TryOpenDirectory(path, forReading: true);
        if (directory is null)
            return; // Replaced by a later member.
        using var below = lower.FindDirectory(path);
        var status = below is null ? new FileStatus { Mode = 0x1ed } : StatusOf(below);
        SetOwner(directory, status.Uid, status.Gid);
        SetMode(directory, status.Mode);
        if (below is not null)
        {
            foreach (var (attribute, value) in Xattrs(below, default).Where(x => LayerPath.IsImageAttribute(x.Name)))
                TrySetXattr(directory, attribute, value);
        }
        // Unless something here has a better one, the time below: nothing that depends on when or in which order we unpack.
        SuggestDirectoryTime(path, status.Modified);
    }
}
