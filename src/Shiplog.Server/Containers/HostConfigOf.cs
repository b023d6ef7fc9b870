using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Hosts;
using Shiplog.Server.DockerApi.Dto;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Containers;

/// <summary>Limits, devices, security and namespaces as inspecting shows them: what <see cref="RequestedOptions"/> has read.</summary>
internal static class HostConfigOf
{
    private const long DefaultShmSize = 64 * 1024 * 1024;

    public static HostConfigDto Options(HostOptions h, HostFeatures features)
    {
        var (r, security, n) = (h.Resources ?? Resources.Unlimited, h.Security ?? new SecurityOptions(), h.Namespaces ?? new NamespaceOptions());
        return Limits(r) with
        {
            GroupAdd = h.GroupAdd,
            Privileged = security.Privileged,
            SecurityOpt = security.SecurityOpt,
            MaskedPaths = security.MaskedPaths ?? (security.Privileged ? null : [.. ContainerConfinement.DefaultMaskedPaths]),
            ReadonlyPaths = security.ReadonlyPaths ?? (security.Privileged ? null : [.. ContainerConfinement.DefaultReadonlyPaths]),
            PidMode = n.Pid ?? "",
            IpcMode = n.Ipc ?? "private",
            UTSMode = n.Uts ?? "",
            UsernsMode = n.User ?? "",
            CgroupnsMode = n.Cgroup ?? (features.Unified ? "private" : "host"),
            Devices = [.. (h.Devices?.Mappings ?? []).Select(d => new DeviceMappingBody(d.PathOnHost, d.PathInContainer, d.Permissions))],
            DeviceCgroupRules = h.Devices?.CgroupRules,
            Ulimits = [.. (h.Ulimits ?? []).Select(u => new UlimitBody(u.Name, u.Hard, u.Soft))],
            Sysctls = h.Sysctls,
            OomScoreAdj = h.OomScoreAdj,
            ShmSize = h.ShmSize == 0 ? DefaultShmSize : h.ShmSize,
            Init = h.Init ? true : null,
            OomKillDisable = features.OomKillDisable ? r.OomKillDisable : null,
        };
    }

    private static HostConfigDto Limits(Resources r) => new()
    {
        Memory = r.Memory,
        MemoryReservation = r.MemoryReservation,
        MemorySwap = r.MemorySwap,
        MemorySwappiness = r.MemorySwappiness,
        NanoCpus = r.NanoCpus,
        CpuShares = r.CpuShares,
        CpuPeriod = r.CpuPeriod,
        CpuQuota = r.CpuQuota,
        CpusetCpus = r.CpusetCpus ?? "",
        CpusetMems = r.CpusetMems ?? "",
        PidsLimit = r.PidsLimit,
        BlkioWeight = r.BlkioWeight,
        BlkioWeightDevice = [.. (r.BlkioWeightDevice ?? []).Select(d => new WeightDeviceBody(d.Path, (int)d.Rate))],
        BlkioDeviceReadBps = Rates(r.BlkioDeviceReadBps),
        BlkioDeviceWriteBps = Rates(r.BlkioDeviceWriteBps),
        BlkioDeviceReadIOps = Rates(r.BlkioDeviceReadIOps),
        BlkioDeviceWriteIOps = Rates(r.BlkioDeviceWriteIOps),
    };

    private static ThrottleDeviceBody[] Rates(DeviceRate[]? rates) => [.. (rates ?? []).Select(d => new ThrottleDeviceBody(d.Path, d.Rate))];
}
