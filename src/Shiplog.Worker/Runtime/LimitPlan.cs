using System.Globalization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>One file of a control group, and what is to be in it.</summary>
/// <param name="Controller">Whose hierarchy of v1 has the file; of no meaning on v2.</param>
internal sealed record ControlWrite(string Controller, string File, string Value);

/// <summary>The limits of a group that exists already as files in the order in which the kernel takes them. Made of values alone.</summary>
internal static class LimitPlan
{
    private const long DefaultShares = 1024;
    private const long DefaultPeriod = 100_000;

    /// <param name="swapNow">What memory and swap are limited to together now; <see langword="null"/> where the kernel does not limit them.</param>
    public static IEnumerable<ControlWrite> V1(ResourceLimits l, ulong? swapNow)
    {
        foreach (var write in Memory(l, swapNow))
            yield return write;
        if (l.MemoryReservation is { } reservation)
            yield return new("memory", "memory.soft_limit_in_bytes", Text(reservation));
        if (l.CpuShares is { } shares)
            yield return new("cpu", "cpu.shares", Text(shares));
        if (l.CpuPeriod is { } period)
            yield return new("cpu", "cpu.cfs_period_us", Text(period));
        if (l.CpuQuota is { } quota)
            yield return new("cpu", "cpu.cfs_quota_us", Text(quota));
        if (l.CpusetCpus is { } cpus)
            yield return new("cpuset", "cpuset.cpus", cpus);
        if (l.CpusetMems is { } nodes)
            yield return new("cpuset", "cpuset.mems", nodes);
        yield return new("pids", "pids.max", MaxOr(l.Pids ?? -1));
        if (l.BlockWeight is { } weight)
            yield return new("blkio", "blkio.weight", Text(weight));
    }

    /// <summary>As <see cref="V1"/>, of a group that has all of its files in one folder.</summary>
    public static IEnumerable<ControlWrite> V2(ResourceLimits l)
    {
        if (l.Memory is { } memory)
            yield return new("memory", "memory.max", MaxOr(memory));
        // Here swap is limited by itself.
        if (l.MemorySwap is { } swap)
            yield return new("memory", "memory.swap.max", MaxOr(swap < 0 ? -1 : swap - Math.Max(l.Memory ?? 0, 0)));
        if (l.MemoryReservation is { } reservation)
            yield return new("memory", "memory.low", reservation < 0 ? "0" : Text(reservation));
        // The runtime's own way from 2..262144 to 1..10000.
        if (l.CpuShares is { } shares)
            yield return new("cpu", "cpu.weight", Text(1 + (((shares - 2) * 9999) / 262142)));
        if (l.CpuPeriod is not null || l.CpuQuota is not null)
            yield return new("cpu", "cpu.max", $"{MaxOr(l.CpuQuota ?? -1)} {Text(l.CpuPeriod ?? DefaultPeriod)}");
        if (l.CpusetCpus is { } cpus)
            yield return new("cpuset", "cpuset.cpus", cpus);
        if (l.CpusetMems is { } nodes)
            yield return new("cpuset", "cpuset.mems", nodes);
        yield return new("pids", "pids.max", MaxOr(l.Pids ?? -1));
        if (l.BlockWeight is { } weight)
            yield return new("io", "io.weight", $"default {Text(1 + ((weight - 10) * 9999 / 990))}");
    }

    /// <summary>What undoes these limits: those that held before, and where there were none what the kernel has.</summary>
    /// <param name="cpus">All that the group may have.</param>
    /// <param name="nodes">All that the group may have.</param>
    public static ResourceLimits Before(ResourceLimits wanted, ResourceLimits? before, string cpus, string nodes)
    {
        var b = before ?? new ResourceLimits();
        return new ResourceLimits
        {
            Memory = wanted.Memory is null ? null : b.Memory ?? -1,
            MemorySwap = wanted.MemorySwap is null ? null : b.MemorySwap ?? -1,
            MemoryReservation = wanted.MemoryReservation is null ? null : b.MemoryReservation ?? -1,
            CpuShares = wanted.CpuShares is null ? null : b.CpuShares ?? DefaultShares,
            CpuPeriod = wanted.CpuPeriod is null ? null : b.CpuPeriod ?? DefaultPeriod,
            CpuQuota = wanted.CpuQuota is null ? null : b.CpuQuota ?? -1,
            CpusetCpus = wanted.CpusetCpus is null ? null : b.CpusetCpus ?? cpus,
            CpusetMems = wanted.CpusetMems is null ? null : b.CpusetMems ?? nodes,
            Pids = b.Pids,
            BlockWeight = wanted.BlockWeight is null ? null : b.BlockWeight ?? 500,
        };
    }

    // The kernel never lets memory and swap together be less than memory alone: whichever makes room comes first.
    private static IEnumerable<ControlWrite> Memory(ResourceLimits l, ulong? swapNow)
    {
        ControlWrite? memory = l.Memory is { } m ? new("memory", "memory.limit_in_bytes", Text(m)) : null;
        ControlWrite? swap = l.MemorySwap is { } s && swapNow is not null ? new("memory", "memory.memsw.limit_in_bytes", Text(s)) : null;
        var raises = l.Memory is { } wanted && (wanted < 0 || (ulong)wanted > swapNow);
        return (raises ? [swap, memory] : (ControlWrite?[])[memory, swap]).OfType<ControlWrite>();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string MaxOr(long number) => number < 0 ? "max" : Text(number);
}
