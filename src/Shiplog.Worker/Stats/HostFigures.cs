using System.Globalization;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Stats;

/// <summary>What the host itself has spent and has, to compare a container's figures with.</summary>
/// <param name="CpuTime">Nanoseconds since it was booted, idle ones as well.</param>
/// <param name="Cpus">Those that are in use.</param>
internal sealed record HostFigures(ulong CpuTime, int Cpus)
{
    // USER_HZ: in these units the kernel tells times to programs, whatever its own are (proc(5)).
    private const ulong NanosecondsPerTick = 10_000_000;

    /// <summary>Bytes of memory.</summary>
    public static readonly ulong Memory = MemoryOf(File.ReadLines("/proc/meminfo"));

    public static HostFigures Read() => Parse(File.ReadLines("/proc/stat"));

    /// <param name="stat"><c>/proc/stat</c></param>
    internal static HostFigures Parse(IEnumerable<string> stat)
    {
        var (ticks, cpus) = (0UL, 0);
        foreach (var line in stat.TakeWhile(l => l.StartsWith("cpu", StringComparison.Ordinal)))
        {
            // The first line sums up; user, nice, system, idle, iowait, irq and softirq are what Docker counts of it.
            if (!line.StartsWith("cpu ", StringComparison.Ordinal))
                cpus++;
            else
                ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..8].Aggregate(0UL, (sum, field) => sum + ControlFile.Parse(field));
        }

        return new HostFigures(ticks * NanosecondsPerTick, cpus);
    }

    /// <summary>Nanoseconds.</summary>
    public static ulong Ticks(ulong ticks) => ticks * NanosecondsPerTick;

    internal static ulong MemoryOf(IEnumerable<string> meminfo) => meminfo.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(f => f[0] is "MemTotal:").Select(f => ulong.Parse(f[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();
}
