using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Copying;

/// <summary>What of a container's file system is wanted.</summary>
internal enum RootView
{
    /// <summary>What its processes see, volumes and other mounts included, where they run; to be read.</summary>
    Seen = 0,

    /// <summary>As <see cref="Seen"/>, to be changed.</summary>
    Writable,

    /// <summary>The layers alone, without anything mounted within them.</summary>
    Layers,
}

/// <summary>
/// Opens a container's root, whatever state it is in. The handle is all there is: a mount that is made for it is in no place of
/// the file tree, and goes with the handle, also when the worker is killed.
/// </summary>
internal sealed class ContainerRoots(
    StorageDrivers drivers, LayersBelow below, Lifecycle.Containers containers, RestartQueue restarts, SubjectGates gates)
{
    /// <param name="imageId">The container's image, for one that has never been started: the journal knows no layers yet.</param>
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public async Task<SafeFileHandle> OpenAsync(string containerId, string imageId, RootView view, CancellationToken cancellation)
    {
        using var turn = await gates.EnterAsync(containerId, cancellation);
        return Open(containerId, imageId, view);
    }

    /// <summary>As <see cref="OpenAsync"/>, for one who has the container's turn.</summary>
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public SafeFileHandle Open(string containerId, string imageId, RootView view)
    {
        var paths = containers.Paths(containerId);
        if (containers.Find(containerId) is { } run)
            return (view == RootView.Layers ? null : TryOpenAsSeen(run)) ?? Mounts.Clone(paths.Merged);
        // Between two runs its root stays mounted.
        if (restarts.Find(containerId) is not null)
            return Mounts.Clone(paths.Merged);
        return Mount(paths, imageId, view == RootView.Writable ? RootUse.ReadWrite : RootUse.ReadOnly);
    }

    /// <summary>
    /// The root of the container's first process, unless that is another one than we gave it: a process may change its root, and
    /// whoever is allowed to mount may change everybody's.
    /// </summary>
    private static SafeFileHandle? TryOpenAsSeen(Run run)
    {
        SafeFileHandle seen;
        try
        {
            seen = FileCalls.HoldRoot($"/proc/{run.Process.Pid}/root");
        }
        catch (LinuxException)
        {
            return null; // It is ending.
        }
        using var merged = FileCalls.HoldRoot(run.Paths.Merged);
        var (a, b) = (FileCalls.StatusOf(seen), FileCalls.StatusOf(merged));
        // Asked afterwards: until now the number was this process's.
        if ((a.Device, a.Inode) == (b.Device, b.Inode) && run.Process.Signal(0))
            return seen;
        seen.Dispose();
        return null;
    }

    private SafeFileHandle Mount(ContainerPaths paths, string imageId, RootUse use)
    {
        var layers = below.Of(paths, imageId);
        Directory.CreateDirectory(paths.Folder);
        drivers.Claim(paths).Mount(paths, layers, use);
        // Out of sight at once. A worker that is killed in between finds the mount at its next start (Reconcile/Leftovers).
        return Mounts.Lift(paths.Merged);
    }
}
