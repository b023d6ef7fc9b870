using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Storage;

/// <summary>
/// A driver whose roots do not tell what was changed: the whole tree is compared with the layers below it. A file counts as the same
/// where kind, mode, owner, size, time of change and attributes are.
/// </summary>
internal abstract class ComparingDriver : IStorageDriver
{
    public abstract string Name { get; }

    public abstract string? Missing();

    public abstract string ReadWriteFolder(ContainerPaths container);

    public abstract void Mount(ContainerPaths container, RootLayers layers, RootUse use);

    public virtual void Delete(ContainerPaths container)
    {
    }

    public List<UpperChange> Changes(ContainerPaths container, RootLayers layers, CancellationToken cancellation)
    {
        using var root = OpenRoot(container, layers);
        return Changes(root, layers, cancellation);
    }

    public bool WriteDiff(ContainerPaths container, RootLayers layers, Stream tar, CancellationToken cancellation)
    {
        using var root = OpenRoot(container, layers);
        var diff = new RootDiff(root, tar);
        diff.Write(Changes(root, layers, cancellation), cancellation);
        return diff.Entries > 0;
    }

    public long Size(ContainerPaths container, Func<RootLayers> layers) =>
        Directory.Exists(ReadWriteFolder(container)) ? Changes(container, layers(), CancellationToken.None).Sum(c => c.Size) : 0;

    private static List<UpperChange> Changes(SafeFileHandle root, RootLayers layers, CancellationToken cancellation)
    {
        using var tree = new UnionDirectory([FileCalls.OpenDirectoryAt(root, "."u8)]);
        using var lower = layers.Open();
        return RootChanges.List(tree, lower, cancellation);
    }

    /// <summary>The root without what is mounted within it, whether or not the container runs.</summary>
    private SafeFileHandle OpenRoot(ContainerPaths container, RootLayers layers)
    {
        if (Mounts.IsMountPoint(container.Merged))
            return Mounts.Clone(container.Merged);
        Mount(container, layers, RootUse.ReadOnly);
        return Mounts.Lift(container.Merged);
    }
}
