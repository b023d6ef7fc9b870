using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>vfs</c>: a copy of everything for each container. Works on any file system, and costs its size in time and space, but where
/// files can share their blocks (FICLONE, ioctl_ficlone(2): XFS, btrfs).
/// </summary>
internal class VfsDriver : ComparingDriver
{
    public override string Name => "vfs";

    public override string? Missing() => null;

    public override string ReadWriteFolder(ContainerPaths container) => Path.Combine(container.Folder, "root");

    public override void Mount(ContainerPaths container, RootLayers layers, RootUse use)
    {
        var root = ReadWriteFolder(container);
        if (!Directory.Exists(root))
        {
            // Renamed when it is whole, so that a crash leaves none rather than half of one.
            var made = root + ".new";
            FileCalls.RemoveTree(made);
            Make(made, layers);
            Directory.Move(made, root);
        }
        Directory.CreateDirectory(container.Merged);
        Mounts.Bind(root, container.Merged);
        if (use == RootUse.ReadOnly)
            Mounts.Mount("", container.Merged, null, Interop.MS_BIND | Interop.MS_REMOUNT | Interop.MS_RDONLY, null);
    }

    /// <summary>Makes a root that nobody has changed yet.</summary>
    protected virtual void Make(string folder, RootLayers layers) => Fill(folder, layers);

    /// <summary>Copies the union of the layers into a new folder.</summary>
    protected static void Fill(string folder, RootLayers layers)
    {
        Directory.CreateDirectory(folder);
        using var union = layers.Open();
        using var target = FileCalls.OpenRoot(folder);
        TreeCopy.Copy(union, target);
    }
}
