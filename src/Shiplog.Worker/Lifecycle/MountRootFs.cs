using System.Diagnostics;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 3: one read-write layer over the image's read-only ones.</summary>
internal sealed class MountRootFsStep(Instance instance, FileWriters writers, TimeProvider time) : IStep
{
    public string Name => "MountRootFs";

    public bool AppliesTo(StartContainer order) => true;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var container = start.Container;
        var layers = start.Order.RootFs.Layers.Select(chain => ContainerPaths.Layer(instance, chain)).ToArray();
        foreach (var (layer, chain) in layers.Zip(start.Order.RootFs.Layers))
        {
            if (!Directory.Exists(layer))
            {
                throw new OrderException(new OrderFailure(
                    Name, FailureKind.NotFound, $"layer {chain} is not on this host: pull the image again", 128));
            }
        }

        // Who copies into a container that is stopped has this very layer mounted.
        await writers.WaitAsync(container.Id);
        MakeUpper(container.Upper, layers.LastOrDefault());
        Directory.CreateDirectory(container.Work);
        if (start.Order.AutoRemove)
            ForgetVolatile(container.Work);
        Directory.CreateDirectory(container.Merged);
        Mounts.Overlay(
            container.Merged, instance.WorkerFolder,
            path => Options(layers.Select(path), path(ContainerPaths.InitLayer(instance)), path(container.Upper), path(container.Work), start.Order.AutoRemove));
        return new RootFsMountedReport(
            container.Id, "overlay2", start.Order.RootFs.Layers, container.Upper, container.Merged, Stopwatch.GetElapsedTime(began),
            time.GetUtcNow());
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        Mounts.Unmount(container.Merged);
        return Task.FromResult<Report?>(new RootFsUnmountedReport(container.Id, time.GetUtcNow()));
    }

    // The mark of a mount before a restart, for which overlayfs refuses another one. What was written is there: the host did not go down.
    private static void ForgetVolatile(string work)
    {
        var mark = Path.Combine(work, "work", "incompat");
        if (Directory.Exists(mark))
            Directory.Delete(mark, recursive: true);
    }

    /// <summary>The mount's options: overlayfs wants the uppermost layer first.</summary>
    /// <param name="layers">Lowest first.</param>
    internal static string Options(IEnumerable<string> layers, string init, string upper, string work, bool passing)
    {
        // volatile: unmounting need not write to disk a layer that is deleted right after; see ForgetVolatile for a second mount.
        return Options(layers, init) + $",upperdir={upper},workdir={work}" + (passing ? ",volatile" : "");
    }

    /// <summary>The options of a mount that is only read.</summary>
    internal static string Options(IEnumerable<string> layers, string init) => "lowerdir=" + string.Join(':', layers.Reverse().Append(init));

    // The root's own mode and owner are those of the uppermost layer's folder: the image's, unless we say otherwise.
    internal static void MakeUpper(string upper, string? top)
    {
        if (Directory.Exists(upper))
            return;
        // Renamed when it is right, so that a crash leaves none rather than one that anybody may write to.
        var made = upper + ".new";
        Directory.CreateDirectory(made);
        if (top is not null)
        {
            using var folder = Files.OpenPath(top);
            if (Interop.Statx(folder, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var stat) != 0)
                throw LinuxException.Last("statx", top);
            if (Interop.Chown(made, stat.Uid, stat.Gid) != 0)
                throw LinuxException.Last("chown", made);
            File.SetUnixFileMode(made, (UnixFileMode)(stat.Mode & 0xfff));
        }

        Directory.Move(made, upper);
    }
}
