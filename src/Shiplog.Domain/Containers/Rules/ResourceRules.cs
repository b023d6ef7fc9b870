using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>How much of a host may be asked for, at a creation and at an update.</summary>
public static class ResourceRules
{
    // Less would not do for a container's start.
    private const long LeastMemory = 6 * 1024 * 1024;
    private const long Cpu = 1_000_000_000;
    private const string NotMounted = "or the cgroup is not mounted";

    /// <summary>Without what this kernel has not got and Docker does without; the warnings say what was left out.</summary>
    /// <param name="update">Of a container that has other limits already.</param>
    public static Resources Fit(Resources asked, HostFeatures host, List<string> warnings, bool update = false)
    {
        // The client's word for "not said".
        var r = asked.MemorySwappiness is -1 ? asked with { MemorySwappiness = null } : asked;
        if (r.Memory > 0 && !host.MemoryLimit)
            r = Without(r with { Memory = 0, MemorySwap = -1 }, $"Your kernel does not support memory limit capabilities {NotMounted}. Limitation discarded.");
        if (r.Memory > 0 && r.MemorySwap != -1 && !host.SwapLimit)
            r = Without(r with { MemorySwap = -1 }, $"Your kernel does not support swap limit capabilities {NotMounted}. Memory limited without swap.");
        if (r.MemorySwappiness is not null && !host.MemorySwappiness)
            r = Without(r with { MemorySwappiness = null }, $"Your kernel does not support memory swappiness capabilities {NotMounted}. Memory swappiness discarded.");
        if (r.MemoryReservation > 0 && !host.MemoryReservation)
            r = Without(r with { MemoryReservation = 0 }, $"Your kernel does not support memory soft limit capabilities {NotMounted}. Limitation discarded.");
        if (r.OomKillDisable && !host.OomKillDisable)
            r = Without(r with { OomKillDisable = false }, "Your kernel does not support OomKillDisable. OomKillDisable discarded.");
        if (r.OomKillDisable && r.Memory == 0)
            warnings.Add("OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
        if (r.PidsLimit > 0 && !host.PidsLimit)
            r = Without(r with { PidsLimit = null }, $"Your kernel does not support PIDs limit capabilities {NotMounted}. PIDs limit discarded.");
        if (r.CpuShares > 0 && !host.CpuShares)
            r = Without(r with { CpuShares = 0 }, $"Your kernel does not support CPU shares {NotMounted}. Shares discarded.");
        if ((r.CpuPeriod != 0 || r.CpuQuota != 0) && !host.CpuCfs)
            r = Without(r with { CpuPeriod = 0, CpuQuota = 0 }, "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.");
        if ((r.CpusetCpus is not null || r.CpusetMems is not null) && !host.Cpuset)
            r = Without(r with { CpusetCpus = null, CpusetMems = null }, $"Your kernel does not support cpuset {NotMounted}. Cpuset discarded.");
        // Memory and swap are given together; by default as much of the one as of the other.
        return r.Memory > 0 && r.MemorySwap == 0 && !update ? r with { MemorySwap = r.Memory > long.MaxValue / 2 ? -1 : r.Memory * 2 } : r;

        Resources Without(Resources left, string warning)
        {
            warnings.Add(warning);
            return left;
        }
    }

    /// <summary>Why these make no sense, or cannot be had on this host; <see langword="null"/> where they can.</summary>
    /// <param name="update">Of a container that may have the other limits already.</param>
    public static string? Fault(Resources r, HostFeatures host, bool update = false) =>
        Memory(r, update) ?? Cpus(r, host) ?? CpuSet.Fault(r, host) ?? Blocks(r, host);

    private static string? Memory(Resources r, bool update) =>
        r.Memory != 0 && r.Memory < LeastMemory ? "Minimum memory limit allowed is 6MB"
        : r is { Memory: > 0, MemorySwap: > 0 } && r.MemorySwap < r.Memory ? "Minimum memoryswap limit should be larger than memory limit, see usage"
        : r is { Memory: 0, MemorySwap: > 0 } && !update ? "You should always set the Memory limit when using Memoryswap limit, see usage"
        : r.MemorySwappiness is < 0 or > 100 ? $"Invalid value: {r.MemorySwappiness}, valid memory swappiness range is 0-100"
        : r.MemoryReservation is > 0 and < LeastMemory ? "Minimum memory reservation allowed is 6MB"
        : r is { Memory: > 0, MemoryReservation: > 0 } && r.Memory < r.MemoryReservation
            ? "Minimum memory limit can not be less than memory reservation limit, see usage"
        : null;

    private static string? Cpus(Resources r, HostFeatures host) =>
        r.CpuShares < 0 ? $"invalid CPU shares ({r.CpuShares}): value must be a positive integer"
        : r is { NanoCpus: > 0, CpuPeriod: > 0 } ? "Conflicting options: Nano CPUs and CPU Period cannot both be set"
        : r is { NanoCpus: > 0, CpuQuota: > 0 } ? "Conflicting options: Nano CPUs and CPU Quota cannot both be set"
        : r.NanoCpus > 0 && !host.CpuCfs ? "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted"
        : r.NanoCpus != 0 && (r.NanoCpus < Cpu / 100 || r.NanoCpus > host.Cpus * Cpu)
            ? $"range of CPUs is from 0.01 to {host.Cpus}.00, as there are only {host.Cpus} CPUs available"
        : r.CpuPeriod != 0 && r.CpuPeriod is < 1000 or > 1_000_000
            ? "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
        : r.CpuQuota is > 0 and < 1000 ? "CPU cfs quota can not be less than 1ms (i.e. 1000)"
        : null;

    // dockerd discards these with a warning; a container that runs without a limit it was given would be a lie.
    private static string? Blocks(Resources r, HostFeatures host)
    {
        if (!host.BlockWeight && (r.BlkioWeight > 0 || r.BlkioWeightDevice is { Length: > 0 }))
            return $"Your kernel does not support Block I/O weight {NotMounted}: leave --blkio-weight and --blkio-weight-device away";
        if (r.BlkioWeight is not 0 and (< 10 or > 1000) || r.BlkioWeightDevice?.Any(d => d.Rate is < 10 or > 1000) is true)
            return "Range of blkio weight is from 10 to 1000";
        DeviceRate[] rates = [.. r.BlkioDeviceReadBps ?? [], .. r.BlkioDeviceWriteBps ?? [], .. r.BlkioDeviceReadIOps ?? [], .. r.BlkioDeviceWriteIOps ?? []];
        if (!host.BlockRates && rates.Length > 0)
            return $"Your kernel does not support Block I/O limits {NotMounted}: leave the --device-read and --device-write options away";
        return rates.FirstOrDefault(d => d.Rate < 0) is { } negative ? $"invalid rate {negative.Rate} for device {negative.Path}: it must not be negative" : null;
    }
}
