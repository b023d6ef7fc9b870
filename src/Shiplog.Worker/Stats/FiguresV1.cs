using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Stats;

/// <summary>Figures of control groups of version 1, where each controller has a hierarchy of its own.</summary>
internal static class FiguresV1
{
    // What Docker tells of memory.stat.
    private static readonly string[] Own =
    [
        "cache", "rss", "rss_huge", "mapped_file", "dirty", "writeback", "pgpgin", "pgpgout", "pgfault", "pgmajfault", "inactive_anon", "active_anon",
        "inactive_file", "active_file", "unevictable",
    ];

    private static readonly string[] Counters =
        [.. Own, "hierarchical_memory_limit", "hierarchical_memsw_limit", .. Own.Select(c => "total_" + c)];

    /// <param name="folder">Of the group in a controller's hierarchy.</param>
    public static ContainerFigures Read(Func<string, string?> folder, HostFigures host, ulong hostMemory, DateTimeOffset now) => new(
        now, Cpu(folder, host), Memory(folder("memory"), hostMemory), Processes(folder("pids")),
        new BlockFigures(Blocks(folder("blkio"), "blkio.throttle.io_service_bytes"), Blocks(folder("blkio"), "blkio.throttle.io_serviced")), null);

    private static CpuFigures Cpu(Func<string, string?> folder, HostFigures host)
    {
        var account = folder("cpuacct");
        var (modes, limits) = (ControlFile.Table(account, "cpuacct.stat"), ControlFile.Table(folder("cpu"), "cpu.stat"));
        return new CpuFigures(
            ControlFile.Number(account, "cpuacct.usage"),
            [.. ControlFile.Text(account, "cpuacct.usage_percpu").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ControlFile.Parse)],
            HostFigures.Ticks(modes.GetValueOrDefault("system")), HostFigures.Ticks(modes.GetValueOrDefault("user")), host.CpuTime, host.Cpus,
            limits.GetValueOrDefault("nr_periods"), limits.GetValueOrDefault("nr_throttled"), limits.GetValueOrDefault("throttled_time"));
    }

    private static MemoryFigures Memory(string? folder, ulong hostMemory)
    {
        var counters = ControlFile.Table(folder, "memory.stat");
        return new MemoryFigures(
            ControlFile.Number(folder, "memory.usage_in_bytes"), ControlFile.Number(folder, "memory.max_usage_in_bytes"),
            ControlFile.Number(folder, "memory.failcnt"), Math.Min(ControlFile.Number(folder, "memory.limit_in_bytes"), hostMemory),
            Counters.ToDictionary(c => c, c => counters.GetValueOrDefault(c)));
    }

    private static ProcessFigures Processes(string? folder) => new(
        ControlFile.Number(folder, "pids.current"), ControlFile.Number(folder, "pids.max") is var limit and not ulong.MaxValue ? limit : 0);

    // 8:0 Read 4096; the last line sums up and names no device.
    private static BlockFigure[] Blocks(string? folder, string name) =>
    [
        .. ControlFile.Lines(folder, name).Select(l => l.Split([' ', ':'])).Where(f => f.Length == 4).Select(f => new BlockFigure(
            ulong.Parse(f[0], CultureInfo.InvariantCulture), ulong.Parse(f[1], CultureInfo.InvariantCulture), f[2], ControlFile.Parse(f[3]))),
    ];
}
