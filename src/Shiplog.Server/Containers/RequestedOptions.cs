using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Containers;

/// <summary>Limits, devices, security and namespaces of a body in the domain's words; what says nothing is absent there.</summary>
internal static class RequestedOptions
{
    private const long DefaultShmSize = 64 * 1024 * 1024;

    /// <summary>Of a creation and of an update.</summary>
    public static Resources? Resources(ResourcesBody b)
    {
        var resources = new Resources
        {
            Memory = b.Memory ?? 0,
            MemoryReservation = b.MemoryReservation ?? 0,
            MemorySwap = b.MemorySwap ?? 0,
            MemorySwappiness = b.MemorySwappiness is -1 ? null : b.MemorySwappiness,
            OomKillDisable = b.OomKillDisable ?? false,
            NanoCpus = b.NanoCpus ?? 0,
            CpuShares = b.CpuShares ?? 0,
            CpuPeriod = b.CpuPeriod ?? 0,
            CpuQuota = b.CpuQuota ?? 0,
            CpusetCpus = Said(b.CpusetCpus),
            CpusetMems = Said(b.CpusetMems),
            PidsLimit = b.PidsLimit,
            BlkioWeight = b.BlkioWeight ?? 0,
            BlkioWeightDevice = Said(b.BlkioWeightDevice?.Select(d => new DeviceRate(d?.Path ?? "", d?.Weight ?? 0))),
            BlkioDeviceReadBps = Rates(b.BlkioDeviceReadBps),
            BlkioDeviceWriteBps = Rates(b.BlkioDeviceWriteBps),
            BlkioDeviceReadIOps = Rates(b.BlkioDeviceReadIOps),
            BlkioDeviceWriteIOps = Rates(b.BlkioDeviceWriteIOps),
        };
        return resources == Domain.Containers.Resources.Unlimited ? null : resources;
    }

    public static SecurityOptions? Security(HostConfigBody b)
    {
        var security = new SecurityOptions
        {
            Privileged = b.Privileged ?? false,
            SecurityOpt = Said(b.SecurityOpt),
            // An empty list is a word here: nothing is masked.
            MaskedPaths = b.MaskedPaths,
            ReadonlyPaths = b.ReadonlyPaths,
        };
        return security == new SecurityOptions() ? null : security;
    }

    public static NamespaceOptions? Namespaces(HostConfigBody b)
    {
        var namespaces = new NamespaceOptions
        {
            Pid = Said(b.PidMode),
            Ipc = Said(b.IpcMode),
            Uts = Said(b.UTSMode),
            User = Said(b.UsernsMode),
            Cgroup = Said(b.CgroupnsMode),
        };
        return namespaces == new NamespaceOptions() ? null : namespaces;
    }

    public static DeviceOptions? Devices(HostConfigBody b)
    {
        var mappings = b.Devices?.Select(d => new DeviceMapping(
            d?.PathOnHost ?? "", Said(d?.PathInContainer) ?? d?.PathOnHost ?? "", Said(d?.CgroupPermissions) ?? "rwm"));
        var devices = new DeviceOptions { Mappings = Said(mappings), CgroupRules = Said(b.DeviceCgroupRules) };
        return devices == new DeviceOptions() ? null : devices;
    }

    public static Ulimit[]? Ulimits(HostConfigBody b) => Said(b.Ulimits?.Select(u => new Ulimit(u?.Name ?? "", u?.Soft ?? 0, u?.Hard ?? 0)));

    public static long ShmSize(HostConfigBody b) => b.ShmSize is DefaultShmSize ? 0 : b.ShmSize ?? 0;

    private static DeviceRate[]? Rates(ThrottleDeviceBody?[]? devices) => Said(devices?.Select(d => new DeviceRate(d?.Path ?? "", d?.Rate ?? 0)));

    /// <summary>A text that says something.</summary>
    public static string? Said(string? text) => text is "" ? null : text;

    /// <summary>A list that says something.</summary>
    public static T[]? Said<T>(IEnumerable<T>? items) => items?.ToArray() is { Length: > 0 } some ? some : null;

    /// <summary>A map that says something.</summary>
    public static Dictionary<string, string>? Said(Dictionary<string, string>? map) => map is { Count: > 0 } ? map : null;
}
