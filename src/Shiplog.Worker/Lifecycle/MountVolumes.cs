using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Volumes;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// Between steps 3 and 4: the sources of the container's mounts, each opened once and mounted from its descriptor at a place
/// that only root can reach. The runtime mounts them into the container from there, so nobody can put something else in a
/// source's place between our look and the runtime's. The runtime is also who finds the destination, within the root.
/// </summary>
internal sealed class MountVolumesStep(VolumeStore volumes, TimeProvider time) : IStep
{
    private const UnixFileMode SourceMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public string Name => "MountVolumes";

    public bool AppliesTo(StartContainer order) => order.Mounts?.Any(m => m.Kind != MountKind.Tmpfs) is true;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var (container, mounts) = (start.Container, start.Order.Mounts!);
        Directory.CreateDirectory(container.Mounts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var mounted = new List<MountedVolume>();
        for (var i = 0; i < mounts.Length; i++)
        {
            var (mount, copied) = (mounts[i], false);
            if (mount.Kind == MountKind.Tmpfs)
                continue;
            SafeFileHandle source;
            if (mount.Volume is { } volume)
                (source, copied) = await volumes.OpenAsync(container.Id, volume, mount.Destination, container.Merged, cancellation);
            else
                source = OpenSource(mount);
            using (source)
                Stage(source, container.Mount(i), mount);
            if (mount.Volume is { Name: var name })
                mounted.Add(new MountedVolume(name, mount.Destination, mount.ReadOnly, copied));
        }
        return mounted is [] ? null : new VolumesMountedReport(container.Id, [.. mounted], Stopwatch.GetElapsedTime(began), time.GetUtcNow());
    }

    public async Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        var mounts = order.Mounts!;
        for (var i = mounts.Length - 1; i >= 0; i--)
            Unstage(container.Mount(i));
        if (Directory.Exists(container.Mounts))
            Directory.Delete(container.Mounts);
        foreach (var name in mounts.Select(m => m.Volume?.Name).OfType<string>().Distinct())
            await volumes.CloseAsync(container.Id, name);
        MountedVolume[] unmounted = [.. mounts.Where(m => m.Volume is not null).Select(m => new MountedVolume(m.Volume!.Name, m.Destination, m.ReadOnly, false))];
        return unmounted is [] ? null : new VolumesUnmountedReport(container.Id, unmounted, time.GetUtcNow());
    }

    private static SafeFileHandle OpenSource(ContainerMount mount)
    {
        var source = mount.Source!;
        try
        {
            if (mount.CreateSource && !Path.Exists(source))
                Directory.CreateDirectory(source, SourceMode);
            return Files.OpenPath(source);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            throw Invalid($"invalid mount config for type \"bind\": bind source path does not exist: {source}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"error while creating mount source path '{source}': {(e as LinuxException)?.Reason ?? e.Message}", e);
        }
    }

    private static void Stage(SafeFileHandle source, string place, ContainerMount mount)
    {
        if (Interop.Statx(source, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var status) != 0)
            throw LinuxException.Last("statx", mount.Source ?? mount.Destination);
        if ((status.Mode & Interop.S_IFMT) == Interop.S_IFDIR)
            Directory.CreateDirectory(place);
        else
            File.Create(place).Dispose();
        // By its descriptor: whatever the path has come to mean since it was opened.
        Mounts.Mount(
            $"/proc/self/fd/{source.DangerousGetHandle()}", place, null, mount.Recursive ? Interop.MS_BIND | Interop.MS_REC : Interop.MS_BIND, null);
        GC.KeepAlive(source);
        CheckPropagation(place, mount);
    }

    /// <summary>What is to be shared must be shared where it comes from; the messages are Docker's.</summary>
    private static void CheckPropagation(string place, ContainerMount mount)
    {
        var wants = mount.Propagation.TrimStart('r');
        if (wants is not ("slave" or "shared") || Mounts.Find(place) is not { } entry)
            return;
        if (wants is "slave" && !entry.IsShared && !entry.IsSlave)
            throw Invalid($"path {mount.Source} is mounted on {mount.Source} but it is not a shared or slave mount");
        if (wants is "shared" && !entry.IsShared)
        {
            throw Invalid(
                $"path {mount.Source} is mounted on {mount.Source} but it is not a shared mount (the worker sees the host's mounts, but lets none of its own out: use rslave)");
        }
    }

    private static void Unstage(string place)
    {
        Mounts.Unmount(place, detach: true);
        if (Directory.Exists(place))
            Directory.Delete(place);
        else if (File.Exists(place))
            File.Delete(place);
    }

    private static OrderException Invalid(string error, Exception? inner = null) =>
        new(new OrderFailure("MountVolumes", FailureKind.Invalid, error, 128), inner: inner);
}
