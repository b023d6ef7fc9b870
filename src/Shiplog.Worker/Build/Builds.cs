using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Build;

/// <summary>The builds that have files here, and the end of these files: when a build has ended, and when a worker starts.</summary>
internal sealed class Builds(Instance instance, StorageDrivers drivers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningBuild> _running = [];

    /// <exception cref="OrderException">The build has ended, or its id is none.</exception>
    public BuildUse Use(string buildId)
    {
        var paths = new BuildPaths(instance, buildId);
        lock (_gate)
        {
            if (!_running.TryGetValue(buildId, out var build))
                _running[buildId] = build = new RunningBuild(paths);
            return build.TryUse() ?? throw new OrderException(new OrderFailure("", FailureKind.Conflict, $"build {buildId} has ended"));
        }
    }

    /// <summary>Stops what is being done for a build, and deletes its files; one that has none is no error.</summary>
    public async Task EndAsync(string buildId)
    {
        var paths = new BuildPaths(instance, buildId);
        RunningBuild? build;
        lock (_gate)
            build = _running.GetValueOrDefault(buildId);
        if (build is not null)
            await build.EndAsync();
        await Blocking.RunAsync(() => Remove(paths));
        lock (_gate)
            _running.Remove(buildId);
        build?.Dispose();
    }

    /// <summary>Builds that an earlier life of the worker had files of. Nobody goes on with them.</summary>
    public IEnumerable<string> Left() =>
        Directory.Exists(BuildPaths.Root(instance)) ? Directory.GetDirectories(BuildPaths.Root(instance)).Select(f => Path.GetFileName(f)!) : [];

    public void Remove(string buildId) => Remove(new BuildPaths(instance, buildId));

    /// <summary>Makes a folder of a build's, which only root may enter.</summary>
    public void Make(BuildPaths paths, string folder)
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var root = BuildPaths.Root(instance);
        if (!Directory.Exists(root))
        {
            Directory.CreateDirectory(root, mode);
            // Contexts come and go by the thousand files.
            FileCalls.TrySpreadFolders(root);
        }
        Directory.CreateDirectory(paths.Folder, mode);
        Directory.CreateDirectory(folder, mode);
    }

    private void Remove(BuildPaths paths)
    {
        if (!Directory.Exists(paths.Folder))
            return;
        foreach (var point in Mounts.Below(paths.Folder))
            Mounts.Unmount(point, detach: true);
        foreach (var folder in Directory.Exists(paths.Roots) ? Directory.GetDirectories(paths.Roots) : [])
        {
            var root = new ContainerPaths(instance, paths.Roots, Path.GetFileName(folder));
            drivers.For(root).Delete(root);
        }
        FileCalls.RemoveTree(paths.Folder);
    }
}
