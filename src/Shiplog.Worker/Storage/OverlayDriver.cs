using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>overlay2</c>: the kernel's overlayfs (Documentation/filesystems/overlayfs.rst). What a container changes is in its upper
/// directory, so to tell it, only that need be read.
/// </summary>
internal class OverlayDriver(Instance instance) : IStorageDriver
{
    public virtual string Name => "overlay2";

    public virtual string? Missing()
    {
        var trial = Path.Combine(instance.WorkerFolder, "overlay-trial");
        try
        {
            // Tried, since the file system must play along: it has to keep trusted attributes, whiteouts and types in directories.
            foreach (var name in (string[])["lower", "upper", "work", "merged"])
                Directory.CreateDirectory(Path.Combine(trial, name));
            var merged = Path.Combine(trial, "merged");
            Mounts.Overlay(merged, trial, [Path.Combine(trial, "lower")], Path.Combine(trial, "upper"), Path.Combine(trial, "work"));
            Mounts.Unmount(merged, detach: true);
            return null;
        }
        catch (LinuxException e)
        {
            return $"overlayfs in the kernel, and a file system below {instance.WorkerFolder} that can carry it (mount: {e.Reason})";
        }
        finally
        {
            FileCalls.RemoveTree(trial);
        }
    }

    public string ReadWriteFolder(ContainerPaths container) => container.Upper;

    public void Mount(ContainerPaths container, RootLayers layers, RootUse use)
    {
        var lower = layers.Lower;
        if (use != RootUse.ReadOnly)
        {
            MakeUpper(container.Upper, layers.Folders.LastOrDefault());
            Directory.CreateDirectory(container.Work);
            if (use == RootUse.Passing)
                ForgetVolatile(container.Work);
        }
        else if (Directory.Exists(container.Upper))
        {
            // To be read: the read-write layer is one layer more, and a start of the container meanwhile finds it unused.
            lower = [container.Upper, .. lower];
        }
        Directory.CreateDirectory(container.Merged);
        if (use != RootUse.ReadOnly)
            Mounts.Overlay(container.Merged, instance.WorkerFolder, lower, container.Upper, container.Work, isVolatile: use == RootUse.Passing);
        else if (lower is [var single])
            Mounts.Bind(single, container.Merged); // overlayfs takes no single layer.
        else
            Mounts.Overlay(container.Merged, instance.WorkerFolder, lower);
    }

    public List<UpperChange> Changes(ContainerPaths container, RootLayers layers, CancellationToken cancellation)
    {
        using var upper = FileCalls.OpenRoot(container.Upper);
        using var lower = layers.Open();
        return UpperChanges.List(upper, lower, weighs: false, cancellation);
    }

    public bool WriteDiff(ContainerPaths container, RootLayers layers, Stream tar, CancellationToken cancellation)
    {
        using var upper = FileCalls.OpenRoot(container.Upper);
        var diff = new LayerDiff(upper, tar);
        diff.Write(cancellation);
        return diff.Entries > 0;
    }

    public long Size(ContainerPaths container, Func<RootLayers> layers)
    {
        if (!Directory.Exists(container.Folder))
            return 0;
        using var folder = FileCalls.OpenRoot(container.Folder);
        return FileCalls.SizeOfTree(folder, "upper"u8);
    }

    public void Delete(ContainerPaths container)
    {
    }

    // What the root itself is like, the union takes from the upper directory, where the image has it in its uppermost layer.
    internal static void MakeUpper(string upper, string? top)
    {
        if (Directory.Exists(upper))
            return;
        // Renamed when it is right, so that a crash leaves none rather than one that anybody may write to.
        var made = upper + ".new";
        Directory.CreateDirectory(made);
        if (top is not null)
        {
            using var from = FileCalls.OpenRoot(top);
            using var to = FileCalls.OpenRoot(made);
            TreeCopy.Dress(from, to);
        }

        Directory.Move(made, upper);
    }

    // The mark of a mount before a restart, for which overlayfs refuses another one. What was written is there: the host did not go down.
    private static void ForgetVolatile(string work)
    {
        var mark = Path.Combine(work, "work", "incompat");
        if (Directory.Exists(mark))
            Directory.Delete(mark, recursive: true);
    }
}
