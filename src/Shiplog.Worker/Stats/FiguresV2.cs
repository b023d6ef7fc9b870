using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Stats;

/// <summary>Figures of control groups of version 2, where one folder has them all.</summary>
internal static class FiguresV2
{
    // What Docker tells of memory.stat.
    private static readonly string[] Counters =
    [
        "anon", "file", "kernel_stack", "slab", "sock", "shmem", "file_mapped", "file_dirty", "file_writeback", "anon_thp", "inactive_anon",
        "active_anon", "inactive_file", "active_file", "unevictable", "slab_reclaimable", "slab_unreclaimable", "pgfault", "pgmajfault",
        "workingset_refault", "workingset_activate", "workingset_nodereclaim", "pgrefill", "pgscan", "pgsteal", "pgactivate", "pgdeactivate",
        "pglazyfree", "pglazyfreed", "thp_fault_alloc", "thp_collapse_alloc",
    ];

    /// <param name="folder">Of the group.</param>
    public static ContainerFigures Read(string folder, HostFigures host, ulong hostMemory, DateTimeOffset now) => new(
        now, Cpu(folder, host), Memory(folder, hostMemory),
        new ProcessFigures(ControlFile.Number(folder, "pids.current"), ControlFile.Number(folder, "pids.max")), new BlockFigures(Blocks(folder), null), null);

    private static CpuFigures Cpu(string folder, HostFigures host)
    {
        var counters = ControlFile.Table(folder, "cpu.stat");
        return new CpuFigures(
            Time("usage_usec"), null, Time("system_usec"), Time("user_usec"), host.CpuTime, host.Cpus,
            counters.GetValueOrDefault("nr_periods"), counters.GetValueOrDefault("nr_throttled"), Time("throttled_usec"));

        ulong Time(string counter) => counters.GetValueOrDefault(counter) * 1000;
    }

    private static MemoryFigures Memory(string folder, ulong hostMemory)
    {
        var counters = ControlFile.Table(folder, "memory.stat");
        return new MemoryFigures(
            ControlFile.Number(folder, "memory.current"), 0, ControlFile.Table(folder, "memory.events").GetValueOrDefault("oom"),
            Math.Min(ControlFile.Number(folder, "memory.max"), hostMemory), Counters.ToDictionary(c => c, c => counters.GetValueOrDefault(c)));
    }

    // 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
    private static BlockFigure[] Blocks(string folder) => [.. ControlFile.Lines(folder, "io.stat").SelectMany(Device)];

    private static IEnumerable<BlockFigure> Device(string line)
    {
        var fields = line.Split(' ');
        if (fields[0].Split(':') is not [var major, var minor])
            return [];
        var counters = fields[1..].Select(f => f.Split('=')).Where(f => f.Length == 2).ToDictionary(f => f[0], f => ControlFile.Parse(f[1]));
        var (first, second) = (ulong.Parse(major, CultureInfo.InvariantCulture), ulong.Parse(minor, CultureInfo.InvariantCulture));
        return
        [
            new BlockFigure(first, second, "read", counters.GetValueOrDefault("rbytes")),
            new BlockFigure(first, second, "write", counters.GetValueOrDefault("wbytes")),
        ];
    }
}
