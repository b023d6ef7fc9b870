using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>
/// The body of a creation, and of a commit: what we honour by name, everything else in <see cref="Others"/>, where it is
/// refused unless it says nothing.
/// </summary>
internal sealed record CreateContainerBody
{
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }
    public string? User { get; init; }
    public bool? AttachStdin { get; init; }
    public bool? AttachStdout { get; init; }
    public bool? AttachStderr { get; init; }
    public Dictionary<string, JsonElement>? ExposedPorts { get; init; }
    public bool? Tty { get; init; }
    public bool? OpenStdin { get; init; }
    public bool? StdinOnce { get; init; }
    public string[]? Env { get; init; }
    [JsonConverter(typeof(StringsConverter))] public string[]? Cmd { get; init; }
    public bool? ArgsEscaped { get; init; }
    public string? Image { get; init; }
    public Dictionary<string, JsonElement>? Volumes { get; init; }
    public string? WorkingDir { get; init; }
    [JsonConverter(typeof(StringsConverter))] public string[]? Entrypoint { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public string? StopSignal { get; init; }
    public int? StopTimeout { get; init; }
    public HealthcheckDto? Healthcheck { get; init; }
    public string[]? OnBuild { get; init; }
    public string[]? Shell { get; init; }
    public HostConfigBody? HostConfig { get; init; }
    public NetworkingConfigBody? NetworkingConfig { get; init; }
    public string? MacAddress { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>What of the host's a container is to be given.</summary>
internal sealed record HostConfigBody : ResourcesBody
{
    public string? NetworkMode { get; init; }
    public Dictionary<string, PortBindingDto?[]?>? PortBindings { get; init; }
    public bool? PublishAllPorts { get; init; }
    public bool? AutoRemove { get; init; }
    public RestartPolicyDto? RestartPolicy { get; init; }
    public string[]? ExtraHosts { get; init; }
    public string[]? Dns { get; init; }
    public string[]? DnsSearch { get; init; }
    public string[]? DnsOptions { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public bool? ReadonlyRootfs { get; init; }
    public string[]? Binds { get; init; }
    public MountBody?[]? Mounts { get; init; }
    public Dictionary<string, string>? Tmpfs { get; init; }
    public string[]? VolumesFrom { get; init; }
    public string? VolumeDriver { get; init; }
    public LogConfigBody? LogConfig { get; init; }
    public int[]? ConsoleSize { get; init; }
    public string[]? GroupAdd { get; init; }
    public bool? Privileged { get; init; }
    public string[]? SecurityOpt { get; init; }
    public string[]? MaskedPaths { get; init; }
    public string[]? ReadonlyPaths { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public string? UTSMode { get; init; }
    public string? UsernsMode { get; init; }
    public string? CgroupnsMode { get; init; }
    public DeviceMappingBody?[]? Devices { get; init; }
    public string[]? DeviceCgroupRules { get; init; }
    public UlimitBody?[]? Ulimits { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public int? OomScoreAdj { get; init; }
    public long? ShmSize { get; init; }
    public bool? Init { get; init; }
    public string? Isolation { get; init; }
    public string[]? Links { get; init; }
    public string? CgroupParent { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>Docker's Resources, the limits among them: those of a creation, and all that an update knows.</summary>
internal abstract record ResourcesBody
{
    public long? CpuShares { get; init; }
    public long? Memory { get; init; }
    public long? NanoCpus { get; init; }
    public int? BlkioWeight { get; init; }
    public WeightDeviceBody?[]? BlkioWeightDevice { get; init; }
    public ThrottleDeviceBody?[]? BlkioDeviceReadBps { get; init; }
    public ThrottleDeviceBody?[]? BlkioDeviceWriteBps { get; init; }
    public ThrottleDeviceBody?[]? BlkioDeviceReadIOps { get; init; }
    public ThrottleDeviceBody?[]? BlkioDeviceWriteIOps { get; init; }
    public long? CpuPeriod { get; init; }
    public long? CpuQuota { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long? MemoryReservation { get; init; }
    public long? MemorySwap { get; init; }
    public long? MemorySwappiness { get; init; }
    public bool? OomKillDisable { get; init; }
    public long? PidsLimit { get; init; }
}

internal sealed record WeightDeviceBody(string? Path, int Weight);

internal sealed record ThrottleDeviceBody(string? Path, long Rate);

internal sealed record DeviceMappingBody(string? PathOnHost, string? PathInContainer, string? CgroupPermissions);

internal sealed record UlimitBody(string? Name, long Hard, long Soft);

internal sealed record LogConfigBody(string? Type, Dictionary<string, string>? Config);

internal sealed record NetworkingConfigBody
{
    public Dictionary<string, EndpointBody?>? EndpointsConfig { get; init; }
}

/// <summary>A place in a network as it is asked for. What only an answer has may be there, and is not looked at.</summary>
internal sealed record EndpointBody
{
    public EndpointIpamBody? IPAMConfig { get; init; }
    public string[]? Aliases { get; init; }
    public string? MacAddress { get; init; }
    public string? NetworkID { get; init; }
    public string? EndpointID { get; init; }
    public string? Gateway { get; init; }
    public string? IPAddress { get; init; }
    public int? IPPrefixLen { get; init; }
    public string? IPv6Gateway { get; init; }
    public string? GlobalIPv6Address { get; init; }
    public int? GlobalIPv6PrefixLen { get; init; }
    public string[]? DNSNames { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record EndpointIpamBody
{
    public string? IPv4Address { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record CreateContainerReply(string Id, string[] Warnings);
