namespace Shiplog.Domain.Containers.Rules;

/// <summary>What an update makes of the limits that a container has, as Docker has it: what is not said stays.</summary>
public static class UpdateRules
{
    /// <summary>Why it does not go together with what the container has; <see langword="null"/> where it does.</summary>
    internal static string? Conflict(UpdateContainer command, HostOptions host)
    {
        var (asked, has) = (command.Resources, host.Resources ?? Resources.Unlimited);
        return asked.NanoCpus > 0 && has.CpuPeriod > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set"
            : asked.NanoCpus > 0 && has.CpuQuota > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set"
            : asked.CpuPeriod > 0 && has.NanoCpus > 0 ? "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set"
            : asked.CpuQuota > 0 && has.NanoCpus > 0 ? "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set"
            : asked.Memory > has.MemorySwap && asked is { Memory: not 0, MemorySwap: 0 }
                ? "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time"
            : command is { ChangesRestart: true, Restart: not null } && host.AutoRemove
                ? "Restart policy cannot be updated because AutoRemove is enabled for the container"
            : null;
    }

    /// <summary>Why an update cannot change these; <see langword="null"/> where it can.</summary>
    public static string? Fault(Resources asked) => Fixed(asked) is { } name
        ? $"{name} cannot be changed by an update: give it when the container is created"
        : null;

    /// <summary>All of the limits after the update.</summary>
    internal static Resources Merge(Resources has, Resources asked) => has with
    {
        Memory = Or(asked.Memory, has.Memory),
        MemoryReservation = Or(asked.MemoryReservation, has.MemoryReservation),
        MemorySwap = Or(asked.MemorySwap, has.MemorySwap),
        NanoCpus = Or(asked.NanoCpus, has.NanoCpus),
        CpuShares = Or(asked.CpuShares, has.CpuShares),
        CpuPeriod = Or(asked.CpuPeriod, has.CpuPeriod),
        CpuQuota = Or(asked.CpuQuota, has.CpuQuota),
        CpusetCpus = asked.CpusetCpus ?? has.CpusetCpus,
        CpusetMems = asked.CpusetMems ?? has.CpusetMems,
        // Here 0 says something: no limit from now on.
        PidsLimit = asked.PidsLimit is { } pids ? Math.Max(pids, 0) : has.PidsLimit,
        BlkioWeight = asked.BlkioWeight == 0 ? has.BlkioWeight : asked.BlkioWeight,
    };

    private static long Or(long asked, long has) => asked == 0 ? has : asked;

    // Docker takes these and does nothing about them.
    private static string? Fixed(Resources r) =>
        r.MemorySwappiness is not null ? "MemorySwappiness"
        : r.OomKillDisable ? "OomKillDisable"
        : r.BlkioWeightDevice is not null ? "BlkioWeightDevice"
        : r.BlkioDeviceReadBps is not null ? "BlkioDeviceReadBps"
        : r.BlkioDeviceWriteBps is not null ? "BlkioDeviceWriteBps"
        : r.BlkioDeviceReadIOps is not null ? "BlkioDeviceReadIOps"
        : r.BlkioDeviceWriteIOps is not null ? "BlkioDeviceWriteIOps"
        : null;
}
