using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>GET /containers/{id}/json</summary>
internal sealed record ContainerInspect(
    string Id, string Created, string Path, string[] Args, ContainerStateDto State, string Image, string ResolvConfPath,
    string HostnamePath, string HostsPath, string LogPath, string Name, int RestartCount, string Driver, string Platform,
    string MountLabel, string ProcessLabel, string AppArmorProfile, string[]? ExecIDs, HostConfigDto HostConfig, GraphDriverDto GraphDriver,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? SizeRw,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? SizeRootFs,
    MountDto[] Mounts, ContainerConfigDto Config, NetworkSettingsDto NetworkSettings);

internal sealed record ContainerStateDto(
    string Status, bool Running, bool Paused, bool Restarting, bool OOMKilled, bool Dead, int Pid, int ExitCode, string Error,
    string StartedAt, string FinishedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] HealthDto? Health = null);

internal sealed record GraphDriverDto(Dictionary<string, string>? Data, string Name);

internal sealed record ContainerConfigDto
{
    public string Hostname { get; init; } = "";
    public string Domainname { get; init; } = "";
    public string User { get; init; } = "";
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public Dictionary<string, Empty>? ExposedPorts { get; init; }
    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }
    public bool StdinOnce { get; init; }
    public string[]? Env { get; init; }
    public string[]? Cmd { get; init; }
    public string Image { get; init; } = "";
    public Dictionary<string, Empty>? Volumes { get; init; }
    public string WorkingDir { get; init; } = "";
    public string[]? Entrypoint { get; init; }
    public string[]? OnBuild { get; init; }
    public Dictionary<string, string> Labels { get; init; } = [];
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string[]? Shell { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? StopSignal { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? StopTimeout { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public HealthcheckDto? Healthcheck { get; init; }
}

/// <summary>Times in nanoseconds; what is 0 or missing is left to the image, or to the default.</summary>
internal sealed record HealthcheckDto
{
    public string[]? Test { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? Interval { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? Timeout { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? StartPeriod { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? StartInterval { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Retries { get; init; }
}

/// <summary>A container's health in <c>State</c>.</summary>
internal sealed record HealthDto(string Status, int FailingStreak, HealthProbeDto[] Log);

internal sealed record HealthProbeDto(string Start, string End, int ExitCode, string Output);

internal sealed record RestartPolicyDto(string? Name, int MaximumRetryCount);

/// <summary>What we honour as it is; everything else at the default that creation insists on.</summary>
internal sealed record HostConfigDto
{
    public string[]? Binds { get; init; }
    public string ContainerIDFile { get; init; } = "";
    public LogConfigBody LogConfig { get; init; } = new("json-file", []);
    public string NetworkMode { get; init; } = "";
    public Dictionary<string, PortBindingDto[]> PortBindings { get; init; } = [];
    public RestartPolicyDto RestartPolicy { get; init; } = new("no", 0);
    public bool AutoRemove { get; init; }
    public string VolumeDriver { get; init; } = "";
    public string[]? VolumesFrom { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public MountBody[]? Mounts { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public Dictionary<string, string>? Tmpfs { get; init; }
    public int[] ConsoleSize { get; init; } = [0, 0];
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public string CgroupnsMode { get; init; } = "private";
    public string[] Dns { get; init; } = [];
    public string[] DnsOptions { get; init; } = [];
    public string[] DnsSearch { get; init; } = [];
    public string[]? ExtraHosts { get; init; }
    public string[]? GroupAdd { get; init; }
    public string IpcMode { get; init; } = "private";
    public string Cgroup { get; init; } = "";
    public string[]? Links { get; init; }
    public int OomScoreAdj { get; init; }
    public string PidMode { get; init; } = "";
    public bool Privileged { get; init; }
    public bool PublishAllPorts { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public string[]? SecurityOpt { get; init; }
    public string UTSMode { get; init; } = "";
    public string UsernsMode { get; init; } = "";
    public long ShmSize { get; init; } = 64 * 1024 * 1024;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public Dictionary<string, string>? Sysctls { get; init; }
    public string Runtime { get; init; } = "";
    public string Isolation { get; init; } = "";
    public long CpuShares { get; init; }
    public long Memory { get; init; }
    public long NanoCpus { get; init; }
    public string CgroupParent { get; init; } = "";
    public int BlkioWeight { get; init; }
    public WeightDeviceBody[] BlkioWeightDevice { get; init; } = [];
    public ThrottleDeviceBody[] BlkioDeviceReadBps { get; init; } = [];
    public ThrottleDeviceBody[] BlkioDeviceWriteBps { get; init; } = [];
    public ThrottleDeviceBody[] BlkioDeviceReadIOps { get; init; } = [];
    public ThrottleDeviceBody[] BlkioDeviceWriteIOps { get; init; } = [];
    public long CpuPeriod { get; init; }
    public long CpuQuota { get; init; }
    public long CpuRealtimePeriod { get; init; }
    public long CpuRealtimeRuntime { get; init; }
    public string CpusetCpus { get; init; } = "";
    public string CpusetMems { get; init; } = "";
    public DeviceMappingBody[] Devices { get; init; } = [];
    public string[]? DeviceCgroupRules { get; init; }
    public string[]? DeviceRequests { get; init; }
    public long MemoryReservation { get; init; }
    public long MemorySwap { get; init; }
    public long? MemorySwappiness { get; init; }
    public bool? OomKillDisable { get; init; } = false;
    public long? PidsLimit { get; init; }
    public UlimitBody[] Ulimits { get; init; } = [];
    public long CpuCount { get; init; }
    public long CpuPercent { get; init; }
    public long IOMaximumIOps { get; init; }
    public long IOMaximumBandwidth { get; init; }
    public string[]? MaskedPaths { get; init; }
    public string[]? ReadonlyPaths { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public bool? Init { get; init; }
}

internal sealed record NetworkSettingsDto
{
    public string Bridge { get; init; } = "";
    public string SandboxID { get; init; } = "";
    public string SandboxKey { get; init; } = "";
    public Dictionary<string, PortBindingDto[]?> Ports { get; init; } = [];
    public bool HairpinMode { get; init; }
    public string LinkLocalIPv6Address { get; init; } = "";
    public int LinkLocalIPv6PrefixLen { get; init; }
    public string[]? SecondaryIPAddresses { get; init; }
    public string[]? SecondaryIPv6Addresses { get; init; }
    public string EndpointID { get; init; } = "";
    public string Gateway { get; init; } = "";
    public string GlobalIPv6Address { get; init; } = "";
    public int GlobalIPv6PrefixLen { get; init; }
    public string IPAddress { get; init; } = "";
    public int IPPrefixLen { get; init; }
    public string IPv6Gateway { get; init; } = "";
    public string MacAddress { get; init; } = "";
    public Dictionary<string, EndpointDto> Networks { get; init; } = [];
}

internal sealed record PortBindingDto(string? HostIp, string? HostPort);

/// <summary>A container's place in a network.</summary>
internal sealed record EndpointDto
{
    public EndpointIpamDto? IPAMConfig { get; init; }
    public string[]? Links { get; init; }
    public string[]? Aliases { get; init; }
    public string MacAddress { get; init; } = "";
    public Dictionary<string, string>? DriverOpts { get; init; }
    public int GwPriority { get; init; }
    public string NetworkID { get; init; } = "";
    public string EndpointID { get; init; } = "";
    public string Gateway { get; init; } = "";
    public string IPAddress { get; init; } = "";
    public int IPPrefixLen { get; init; }
    public string IPv6Gateway { get; init; } = "";
    public string GlobalIPv6Address { get; init; } = "";
    public int GlobalIPv6PrefixLen { get; init; }
    public string[]? DNSNames { get; init; }
}

/// <summary>What was asked for.</summary>
internal sealed record EndpointIpamDto([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IPv4Address);
