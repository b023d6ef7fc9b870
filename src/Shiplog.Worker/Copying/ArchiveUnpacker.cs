using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Copying;

/// <summary>How an archive is to be unpacked in a container.</summary>
/// <param name="KeepKinds">A directory is not replaced by something else, nor something else by a directory.</param>
/// <param name="Owner">Whom everything is to belong to; <see langword="null"/> for whom the archive says.</param>
/// <param name="Devices">The container may make device nodes, and so may an archive in it.</param>
internal sealed record UnpackRules(bool KeepKinds, (uint Uid, uint Gid)? Owner, bool Devices);

/// <summary>
/// Unpacks an archive into a directory of a container, which may run and play tricks meanwhile. Links on the way to a member are
/// followed as the container would follow them, and never out of its root.
/// </summary>
internal class ArchiveUnpacker(RootWalk destination, UnpackRules rules) : TarUnpacker(destination.Directory!)
{
    public new void Unpack(TarReader tar, CancellationToken cancellation)
    {
        base.Unpack(tar, cancellation);
        SetDirectoryTimes();
    }

    // The destination stays as it is.
    protected override void MeetRoot(TarEntry entry)
    {
        if (entry.Kind != TarKind.Directory)
            throw new TarException("the archive's root is no directory");
    }

    protected override SafeFileHandle? TryOpenDirectory(ReadOnlySpan<byte> path, bool forReading = false)
    {
        try
        {
            var directory = OpenDirectoryBeneath(Root, path, forReading, out var leadsOut);
            directory ??= leadsOut ? Walk(path, forReading) : null;
            if (directory is null || !IsKernels(directory))
                return directory;
            directory.Dispose();
            throw new TarException($"/{TarReader.Show(path)} belongs to the kernel (proc, sys, cgroup): nothing can be copied there");
        }
        catch (LinuxException e) when (e.Errno is ENOTDIR or ELOOP)
        {
            return null;
        }
    }

    protected override void MakeImplicit(SafeFileHandle above, ReadOnlySpan<byte> name, byte[] path)
    {
        if (!TryMakeDirectory(above, name, 0x1ed)) // 0755
            throw NoDirectory(path);
        if (rules.Owner is not var (uid, gid))
            return;
        using var made = OpenDirectoryAt(above, name);
        SetOwner(made, uid, gid);
    }

    protected override void MakeInstead(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there, TarEntry entry)
    {
        if (rules.KeepKinds)
            throw new TarException($"cannot overwrite non-directory \"{TarReader.Show(entry.Name)}\" with directory");
        Remove(parent, name, there);
        if (!TryMakeDirectory(parent, name, 0x1c0)) // 0700
            throw new LinuxException(EEXIST, "mkdir", TarReader.Show(entry.Name));
    }

    protected override void Displace(SafeFileHandle parent, ReadOnlySpan<byte> name, FileStatus there)
    {
        if (there.Kind == FileKind.Directory && rules.KeepKinds)
            throw new TarException($"cannot overwrite directory \"{TarReader.Show(name)}\" with non-directory");
        // What is mounted here is somebody's volume: not to be emptied for a file of its name.
        if (there.Kind == FileKind.Directory && there.Device != StatusOf(parent).Device)
            throw new LinuxException(EBUSY, "replace", TarReader.Show(name));
        Remove(parent, name, there);
    }

    protected override void MissLink(byte[] path, byte[] target) =>
        throw new TarException($"{TarReader.Show(path)} is a hard link to {TarReader.Show(target)}, which is nowhere");

    protected override (uint Uid, uint Gid) OwnerOf(TarEntry entry) => rules.Owner ?? base.OwnerOf(entry);

    protected override void Judge(TarEntry entry)
    {
        if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice && !rules.Devices)
            throw new TarException($"{TarReader.Show(entry.Name)} is a device node, and the container may make none: its capability MKNOD is dropped");
    }

    private SafeFileHandle? Walk(ReadOnlySpan<byte> path, bool forReading)
    {
        using var walk = destination.Fork();
        walk.Go(path);
        return walk.Directory is not { } directory ? null : forReading ? OpenDirectoryAt(directory, "."u8) : HoldAgain(directory);
    }
}
