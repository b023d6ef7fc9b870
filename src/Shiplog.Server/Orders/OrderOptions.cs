using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Contract = Shiplog.Contracts.Orders;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Orders;

/// <summary>A container's options as an order has them: Docker's words resolved, what says nothing absent.</summary>
internal static class OrderOptions
{
    private const long Cpu = 1_000_000_000;

    // Docker's; the kernel's own default as well.
    private const long PeriodOfCpus = 100_000;

    /// <summary>The limits of a creation and of an update.</summary>
    public static Contract.ResourceLimits? Limits(Resources? r) => r is null ? null : new()
    {
        Memory = Said(r.Memory),
        MemoryReservation = Said(r.MemoryReservation),
        MemorySwap = Said(r.MemorySwap),
        MemorySwappiness = (int?)r.MemorySwappiness,
        OomKillDisable = r.OomKillDisable ? true : null,
        CpuShares = Said(r.CpuShares),
        CpuPeriod = r.NanoCpus > 0 ? PeriodOfCpus : Said(r.CpuPeriod),
        CpuQuota = r.NanoCpus > 0 ? (long)((decimal)r.NanoCpus * PeriodOfCpus / Cpu) : Said(r.CpuQuota),
        CpusetCpus = r.CpusetCpus,
        CpusetMems = r.CpusetMems,
        // 0 (the docker CLI always sends it) and below are none.
        Pids = r.PidsLimit > 0 ? r.PidsLimit : null,
        BlockWeight = r.BlkioWeight == 0 ? null : r.BlkioWeight,
        BlockWeights = Rates(r.BlkioWeightDevice),
        ReadBytes = Rates(r.BlkioDeviceReadBps),
        WriteBytes = Rates(r.BlkioDeviceWriteBps),
        ReadOperations = Rates(r.BlkioDeviceReadIOps),
        WriteOperations = Rates(r.BlkioDeviceWriteIOps),
    };

    public static Contract.ContainerConfinement? Confinement(HostOptions host)
    {
        if (host.Security is null && host.Devices is null)
            return null;
        var meaning = SecurityRules.Read(host.Security);
        return new Contract.ContainerConfinement
        {
            Privileged = host.Security?.Privileged ?? false,
            NoNewPrivileges = meaning.NoNewPrivileges,
            Seccomp = meaning.Seccomp,
            WritableCgroups = meaning.WritableCgroups,
            MaskedPaths = host.Security?.MaskedPaths,
            ReadonlyPaths = host.Security?.ReadonlyPaths,
            Devices = host.Devices?.Mappings?.Select(d => new Contract.DeviceGrant(d.PathOnHost, d.PathInContainer, d.Permissions)).ToArray(),
            DeviceRules = host.Devices?.CgroupRules,
        };
    }

    public static Contract.ContainerNamespaces? Namespaces(NamespaceOptions? n) => n is null ? null : new()
    {
        Pid = Choice(n.Pid),
        PidOf = NamespaceRules.ContainerOf(n.Pid),
        Ipc = Choice(n.Ipc),
        IpcOf = NamespaceRules.ContainerOf(n.Ipc),
        IpcShareable = n.Ipc is "shareable",
        WithoutShm = n.Ipc is "none",
        Uts = Choice(n.Uts),
        Cgroup = n.Cgroup is null ? null : Choice(n.Cgroup),
    };

    public static Contract.ProcessLimit[]? ProcessLimits(Ulimit[]? ulimits) =>
        ulimits?.Select(u => new Contract.ProcessLimit(u.Name, u.Soft, u.Hard)).ToArray();

    private static Contract.NamespaceChoice Choice(string? mode) =>
        mode is "host" ? Contract.NamespaceChoice.Host
        : NamespaceRules.ContainerOf(mode) is not null ? Contract.NamespaceChoice.Shared
        : Contract.NamespaceChoice.Own;

    private static Contract.BlockRate[]? Rates(DeviceRate[]? rates) => rates?.Select(r => new Contract.BlockRate(r.Path, r.Rate)).ToArray();

    private static long? Said(long number) => number == 0 ? null : number;
}
