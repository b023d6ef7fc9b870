using System.Diagnostics;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>A container's limits in the specification's words; the runtime translates them to cgroup v2 where the host has that.</summary>
internal static class OciLimits
{
    /// <param name="devices">What the device controller allows.</param>
    /// <param name="number">Looks up a block device.</param>
    public static OciResources Plan(ResourceLimits? limits, OciDeviceRule[] devices, Func<string, (long Major, long Minor)> number) =>
        limits is not { } l ? new OciResources(devices) : new OciResources(devices)
        {
            Memory = Or(new OciMemory(l.Memory, l.MemoryReservation, l.MemorySwap, l.MemorySwappiness, l.OomKillDisable), new(null, null, null, null, null)),
            Cpu = Or(new OciCpu(l.CpuShares, l.CpuQuota, l.CpuPeriod, l.CpusetCpus, l.CpusetMems), new(null, null, null, null, null)),
            Pids = l.Pids is { } pids ? new OciPids(pids) : null,
            BlockIO = Or(
                new OciBlockIO(
                    l.BlockWeight, Weights(l.BlockWeights, number), Rates(l.ReadBytes, number),
                    Rates(l.WriteBytes, number), Rates(l.ReadOperations, number), Rates(l.WriteOperations, number)),
                new(null, null, null, null, null, null)),
        };

    private static T? Or<T>(T planned, T nothing) where T : class => planned.Equals(nothing) ? null : planned;

    private static OciWeight[]? Weights(BlockRate[]? weights, Func<string, (long Major, long Minor)> number) =>
        weights?.Select(w => number(w.Device) is var (major, minor) ? new OciWeight(major, minor, w.Rate) : throw new UnreachableException()).ToArray();

    private static OciRate[]? Rates(BlockRate[]? rates, Func<string, (long Major, long Minor)> number) =>
        rates?.Select(r => number(r.Device) is var (major, minor) ? new OciRate(major, minor, r.Rate) : throw new UnreachableException()).ToArray();

    /// <param name="limits">-1 for none.</param>
    public static OciRlimit[]? Plan(ProcessLimit[]? limits) => limits?.Select(l => new OciRlimit(
        "RLIMIT_" + l.Name.ToUpperInvariant(), unchecked((ulong)l.Soft), unchecked((ulong)l.Hard))).ToArray();
}
