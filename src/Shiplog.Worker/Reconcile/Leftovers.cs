using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Build;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Volumes;

namespace Shiplog.Worker.Reconcile;

/// <summary>What the kernel has under our names, and no container that runs explains.</summary>
internal sealed class Leftovers(
    Instance instance, Containers containers, RestartQueue restarts, Bridges bridges, VolumeStore volumes, Builds builds, OciRuntime runtime)
{
    /// <summary>Removes all of it, past every error.</summary>
    /// <param name="explained">Ids of the containers that run, or are being taken down.</param>
    /// <returns>What was found, and what of it could be removed.</returns>
    public async Task<(string[] Found, string[] Repaired)> RemoveAsync(IReadOnlySet<string> explained)
    {
        var found = new List<string>();
        var repaired = new List<string>();
        foreach (var (what, remove) in Find(explained))
        {
            found.Add(what);
            try
            {
                await remove();
                repaired.Add($"{what}: removed");
            }
            catch (Exception e) when (e is IOException or RuntimeException or UnauthorizedAccessException or InvalidDataException)
            {
                repaired.Add($"{what}: not removed: {e.Message}");
            }
        }

        return ([.. found], [.. repaired]);
    }

    // In the order in which they hold each other: processes, then namespaces and links, then mounts, then files.
    private IEnumerable<(string What, Func<Task> Remove)> Find(IReadOnlySet<string> explained)
    {
        foreach (var id in runtime.Known().Where(id => !explained.Contains(id)))
            yield return ($"container {id} of the runtime", () => runtime.DeleteAsync(id, CancellationToken.None));
        foreach (var path in Unexplained(ContainerPaths.NetworkNamespaces(instance), explained))
            yield return ($"network namespace {path}", Do(() => NetworkNamespace.Delete(path)));
        foreach (var link in Links(explained))
            yield return ($"interface {link}", Do(() => bridges.Netlink.DeleteLink(link)));
        foreach (var point in Mounts.Below(ContainerPaths.Root(instance)).Where(p => !explained.Contains(IdIn(p, ContainerPaths.Root(instance)))))
            yield return ($"mount {point}", Do(() => Mounts.Unmount(point)));
        foreach (var point in Mounts.Below(ContainerPaths.MountRoot(instance)).Where(p => !explained.Contains(IdIn(p, ContainerPaths.MountRoot(instance)))))
            yield return ($"mount {point}", Do(() => Mounts.Unmount(point, detach: true)));
        // Only what is empty: behind a mount that would not go is something of the host's.
        foreach (var path in Unexplained(ContainerPaths.MountRoot(instance), explained))
            yield return ($"place of mounts {path}", Do(() => RemoveEmpty(path)));
        foreach (var point in volumes.UnusedMounts().ToList())
            yield return ($"mount {point}", Do(() => Mounts.Unmount(point, detach: true)));
        foreach (var id in builds.Left())
            yield return ($"files of build {id}", Do(() => builds.Remove(id)));
        foreach (var path in Unexplained(ContainerPaths.Bundles(instance), explained))
            yield return ($"bundle {path}", Do(() => Directory.Delete(path, recursive: true)));
        foreach (var path in Unexplained(ContainerPaths.Exits(instance), explained))
            yield return ($"exit file {path}", Do(() => File.Delete(path)));
    }

    private IEnumerable<string> Links(IReadOnlySet<string> explained)
    {
        var own = explained.Select(id => (containers.Find(id)?.Record ?? restarts.Find(id)?.Record)?.Order).OfType<StartContainer>()
            .SelectMany(order => order.Places()).Select(place => place.Bridge.HostInterface).ToHashSet();
        return bridges.Names.Select(bridges.Netlink.FindLink).OfType<int>().SelectMany(bridges.Netlink.Ports).Where(port => !own.Contains(port));
    }

    private static string IdIn(string mountPoint, string root) => mountPoint[(root.Length + 1)..].Split('/')[0];

    private static void RemoveEmpty(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry);
            else if (new FileInfo(entry).Length == 0)
                File.Delete(entry);
        }

        Directory.Delete(folder);
    }

    private static List<string> Unexplained(string folder, IReadOnlySet<string> explained) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Where(path => !explained.Contains(Path.GetFileName(path)))];

    private static Func<Task> Do(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };
}
