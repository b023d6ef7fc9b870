using System.Globalization;
using System.Runtime.InteropServices;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>What a container's control groups know about it (cgroups(7)).</summary>
internal static class Cgroups
{
    private static readonly string[] Hierarchies = [.. All(File.ReadLines("/proc/self/mountinfo"))];
    private static readonly IReadOnlyDictionary<string, string> Controllers = ByController(File.ReadLines("/proc/self/mountinfo"));
    private static readonly (string? Memory, string? Unified) Places = Find(File.ReadLines("/proc/self/mountinfo"));
    private static readonly string? OwnProcesses = OwnGroup() is { } path ? Path.Combine(AnyFolder(path), "cgroup.procs") : null;

    /// <summary>The machine has the unified hierarchy only.</summary>
    public static bool IsUnified => Places.Memory is null;

    /// <summary>The group in the hierarchy of a controller of v1; <see langword="null"/> where the machine has no such hierarchy.</summary>
    /// <param name="path">As the runtime was given it.</param>
    public static string? Folder(string controller, string path) => Controllers.GetValueOrDefault(controller) is { } mount ? mount + path : null;

    /// <summary>The group in the unified hierarchy.</summary>
    public static string UnifiedFolder(string path) => Places.Unified + path;

    /// <summary>The group in the hierarchy that every container has one in.</summary>
    public static string AnyFolder(string path) => (Places.Memory ?? Places.Unified) + path;

    /// <summary>Whether the kernel has killed a process of the group for memory.</summary>
    /// <param name="path">As the runtime was given it: <c>/shiplog/…</c>.</param>
    public static bool OomKilled(string path)
    {
        var file = Places.Memory is { } memory ? memory + path + "/memory.oom_control"
            : Places.Unified is { } unified ? unified + path + "/memory.events"
            : null;
        return file is not null && File.Exists(file) && CountOf("oom_kill", File.ReadLines(file)) > 0;
    }

    /// <summary>The processes of the group and of those below it, which a container that may can have made.</summary>
    public static int[] Processes(string path)
    {
        return [.. Folders(AnyFolder(path)).SelectMany(Pids)];
    }

    private static IEnumerable<string> Folders(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).SelectMany(Folders).Prepend(folder)
        : [];

    private static int[] Pids(string folder)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(folder, "cgroup.procs")).Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or DirectoryNotFoundException)
        {
            // Gone meanwhile, or threaded (cgroups(7)): nothing of its own.
            return [];
        }
    }

    /// <summary>
    /// Makes the next move of a process into a group a fast one. The kernel lets nobody fork meanwhile, and whoever moves one waits
    /// until all processors know that: 5 to 15 ms, unless somebody has done so within the last 20 (percpu_down_write on
    /// cgroup_threadgroup_rwsem). So this process is moved to where it is, in the background, while a start is being prepared.
    /// </summary>
    public static void PrepareMove() => ThreadPool.UnsafeQueueUserWorkItem(static _ =>
    {
        try
        {
            if (OwnProcesses is not null)
                File.WriteAllText(OwnProcesses, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not where it may not be written: the start waits for the kernel then, and is none the worse.
        }
    }, null);

    /// <summary>This process's group in the hierarchy that every container has one in, as <c>/proc/self/cgroup</c> names it (cgroups(7)).</summary>
    private static string? OwnGroup() => File.ReadLines("/proc/self/cgroup").Select(l => l.Split(':', 3))
        .FirstOrDefault(f => f.Length == 3 && (Places.Memory is null ? f[1] is "" : f[1].Split(',').Contains("memory")))?[2];

    /// <summary>Removes a group that is empty from every hierarchy; false where one could not be removed.</summary>
    public static bool TryRemove(string path)
    {
        var removed = true;
        foreach (var hierarchy in Hierarchies)
        {
            if (Interop.Rmdir(hierarchy + path) != 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT)
                removed = false;
        }

        return removed;
    }

    private static IEnumerable<string> All(IEnumerable<string> mountinfo) =>
        mountinfo.Select(l => l.Split(" - ", 2))
            .Where(h => h.Length == 2 && h[1].Split(' ')[0] is ("cgroup" or "cgroup2"))
            .Select(h => h[0].Split(' ')[4]);

    /// <summary>Where the memory controller of v1, and the unified hierarchy, are mounted.</summary>
    internal static (string? Memory, string? Unified) Find(IEnumerable<string> mountinfo)
    {
        string? memory = null, unified = null;
        foreach (var line in mountinfo)
        {
            // Fields before " - " vary in number; after it: type, source, options of the file system.
            var halves = line.Split(" - ", 2);
            if (halves.Length < 2)
                continue;
            var (point, type) = (halves[0].Split(' ')[4], halves[1].Split(' '));
            if (type[0] == "cgroup2")
                unified = point;
            else if (type[0] == "cgroup" && type[2].Split(',').Contains("memory"))
                memory = point;
        }

        return (memory, unified);
    }

    /// <summary>Where each controller of v1 is mounted.</summary>
    internal static IReadOnlyDictionary<string, string> ByController(IEnumerable<string> mountinfo) =>
        mountinfo.Select(l => l.Split(" - ", 2))
            .Where(h => h.Length == 2 && h[1].StartsWith("cgroup ", StringComparison.Ordinal))
            .SelectMany(h => h[1].Split(' ')[2].Split(',').Select(controller => (controller, Mount: h[0].Split(' ')[4])))
            .GroupBy(c => c.controller).ToDictionary(c => c.Key, c => c.First().Mount);

    internal static long CountOf(string key, IEnumerable<string> lines) =>
        lines.Select(l => l.Split(' '))
            .Where(f => f.Length == 2 && f[0] == key)
            .Select(f => long.Parse(f[1], CultureInfo.InvariantCulture))
            .FirstOrDefault();
}
