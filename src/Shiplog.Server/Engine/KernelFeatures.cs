using Shiplog.Domain.Hosts;

namespace Shiplog.Server.Engine;

/// <summary>
/// Which limits and namespaces this machine's kernel has: looked up once, by the files that it shows; and what else a container may
/// be given here, which may come and go.
/// </summary>
internal sealed class KernelFeatures
{
    private readonly Lazy<HostFeatures> _features = new(() => Read("/"));

    public HostFeatures Features => _features.Value with { Forwarding = HostFacts.Forwarding, Journal = HostFacts.Journal };

    /// <param name="root">Where <c>/proc</c> and <c>/sys</c> are.</param>
    internal static HostFeatures Read(string root)
    {
        var mounts = File.ReadLines(Path.Combine(root, "proc/self/mountinfo")).ToList();
        var common = new HostFeatures
        {
            CgroupNamespaces = Exists("proc/self/ns/cgroup"),
            AppArmor = Exists("sys/kernel/security/apparmor"),
            SeLinux = Exists("sys/fs/selinux/enforce"),
            Cpus = Environment.ProcessorCount,
        };
        return Exists("sys/fs/cgroup/cgroup.controllers") ? Unified(common, root) : Separate(common, root, mounts);

        bool Exists(string path) => Path.Exists(Path.Combine(root, path));
    }

    private static HostFeatures Unified(HostFeatures common, string root)
    {
        var group = Path.Combine(root, "sys/fs/cgroup");
        var controllers = Text(Path.Combine(group, "cgroup.controllers")).Split(' ');
        var io = controllers.Contains("io");
        return common with
        {
            Unified = true,
            MemoryLimit = controllers.Contains("memory"),
            // The root group has no limits of its own to look at.
            SwapLimit = controllers.Contains("memory") && Directory.EnumerateDirectories(group).Any(g => File.Exists(Path.Combine(g, "memory.swap.max"))),
            MemoryReservation = controllers.Contains("memory"),
            CpuShares = controllers.Contains("cpu"),
            CpuCfs = controllers.Contains("cpu"),
            Cpuset = controllers.Contains("cpuset"),
            PidsLimit = controllers.Contains("pids"),
            BlockWeight = io && Directory.EnumerateDirectories(group).Any(g => File.Exists(Path.Combine(g, "io.weight"))),
            BlockRates = io,
            CpuList = Text(Path.Combine(group, "cpuset.cpus.effective")),
            MemoryNodes = Text(Path.Combine(group, "cpuset.mems.effective")),
        };
    }

    private static HostFeatures Separate(HostFeatures common, string root, List<string> mounts)
    {
        var (memory, cpu, blocks, cpuset) = (Hierarchy("memory"), Hierarchy("cpu"), Hierarchy("blkio"), Hierarchy("cpuset"));
        return common with
        {
            MemoryLimit = memory is not null,
            SwapLimit = Has(memory, "memory.memsw.limit_in_bytes"),
            MemoryReservation = Has(memory, "memory.soft_limit_in_bytes"),
            OomKillDisable = Has(memory, "memory.oom_control"),
            MemorySwappiness = Has(memory, "memory.swappiness"),
            CpuShares = Has(cpu, "cpu.shares"),
            CpuCfs = Has(cpu, "cpu.cfs_quota_us"),
            Cpuset = cpuset is not null,
            PidsLimit = Hierarchy("pids") is not null,
            BlockWeight = Has(blocks, "blkio.weight"),
            BlockRates = Has(blocks, "blkio.throttle.read_bps_device"),
            CpuList = cpuset is null ? "" : Text(Path.Combine(cpuset, "cpuset.cpus")),
            MemoryNodes = cpuset is null ? "" : Text(Path.Combine(cpuset, "cpuset.mems")),
        };

        // Fields before " - " vary in number; after it: type, source, options of the file system.
        string? Hierarchy(string controller) => mounts.Select(l => l.Split(" - ", 2))
            .Where(h => h.Length == 2 && h[1].Split(' ') is ["cgroup", _, var options, ..] && options.Split(',').Contains(controller))
            .Select(h => Path.Combine(root, h[0].Split(' ')[4].TrimStart('/'))).FirstOrDefault();
    }

    private static bool Has(string? folder, string file) => folder is not null && File.Exists(Path.Combine(folder, file));

    private static string Text(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "";
}
