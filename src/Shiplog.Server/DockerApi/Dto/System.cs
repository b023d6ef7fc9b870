using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>GET /version</summary>
internal sealed record VersionReply(
    PlatformDto Platform, ComponentDto[] Components, string Version, string ApiVersion, string MinAPIVersion, string GitCommit,
    string GoVersion, string Os, string Arch, string KernelVersion, string BuildTime);

internal sealed record PlatformDto(string Name);

internal sealed record ComponentDto(string Name, string Version, Dictionary<string, string> Details);

/// <summary>A line of GET /events</summary>
internal sealed record EventMessage
{
    [JsonPropertyName("status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Status { get; init; }
    [JsonPropertyName("id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Id { get; init; }
    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? From { get; init; }
    public required string Type { get; init; }
    public required string Action { get; init; }
    public required EventActor Actor { get; init; }
    [JsonPropertyName("scope")] public string Scope { get; init; } = "local";
    [JsonPropertyName("time")] public long Time { get; init; }
    [JsonPropertyName("timeNano")] public long TimeNano { get; init; }
}

internal sealed record EventActor(string ID, SortedDictionary<string, string> Attributes);

/// <summary>GET /info</summary>
internal sealed record InfoReply
{
    public string ID { get; init; } = "";
    public int Containers { get; init; }
    public int ContainersRunning { get; init; }
    public int ContainersPaused { get; init; }
    public int ContainersStopped { get; init; }
    public int Images { get; init; }
    public required string Driver { get; init; }
    public string[][] DriverStatus { get; init; } = [];
    public Dictionary<string, string[]?> Plugins { get; init; } = [];
    public bool MemoryLimit { get; init; }
    public bool SwapLimit { get; init; }
    public bool CpuCfsPeriod { get; init; }
    public bool CpuCfsQuota { get; init; }
    public bool CPUShares { get; init; }
    public bool CPUSet { get; init; }
    public bool PidsLimit { get; init; }
    public bool IPv4Forwarding { get; init; }
    public bool Debug { get; init; }
    public int NFd { get; init; }
    public bool OomKillDisable { get; init; }
    public int NGoroutines { get; init; }
    public string SystemTime { get; init; } = "";
    public string LoggingDriver { get; init; } = "json-file";
    public string CgroupDriver { get; init; } = "cgroupfs";
    public string CgroupVersion { get; init; } = "";
    public int NEventsListener { get; init; }
    public string KernelVersion { get; init; } = "";
    public string OperatingSystem { get; init; } = "";
    public string OSVersion { get; init; } = "";
    public string OSType { get; init; } = "linux";
    public string Architecture { get; init; } = "";
    public string IndexServerAddress { get; init; } = "https://index.docker.io/v1/";
    public required RegistryConfigDto RegistryConfig { get; init; }
    public int NCPU { get; init; }
    public long MemTotal { get; init; }
    public string DockerRootDir { get; init; } = "";
    public string HttpProxy { get; init; } = "";
    public string HttpsProxy { get; init; } = "";
    public string NoProxy { get; init; } = "";
    public string Name { get; init; } = "";
    public string[] Labels { get; init; } = [];
    public bool ExperimentalBuild { get; init; }
    public string ServerVersion { get; init; } = "";
    public Dictionary<string, RuntimeDto> Runtimes { get; init; } = [];
    public string DefaultRuntime { get; init; } = "";
    public required SwarmDto Swarm { get; init; }
    public bool LiveRestoreEnabled { get; init; }
    public string Isolation { get; init; } = "";
    public string InitBinary { get; init; } = "";
    public required CommitDto ContainerdCommit { get; init; }
    public required CommitDto RuncCommit { get; init; }
    public required CommitDto InitCommit { get; init; }
    public string[] SecurityOptions { get; init; } = [];
    public string[] CDISpecDirs { get; init; } = [];
    public string[] Warnings { get; init; } = [];
}

internal sealed record RegistryConfigDto(string[] InsecureRegistryCIDRs, Dictionary<string, IndexDto> IndexConfigs, string[] Mirrors);

internal sealed record IndexDto(string Name, string[] Mirrors, bool Secure, bool Official);

internal sealed record RuntimeDto([property: JsonPropertyName("path")] string Path);

internal sealed record SwarmDto(string NodeID, string NodeAddr, string LocalNodeState, bool ControlAvailable, string Error, string[]? RemoteManagers);

internal sealed record CommitDto(string ID);

/// <summary>GET /system/df</summary>
internal sealed record DiskUsageReply(
    long LayersSize, ImageSummary[]? Images, ContainerSummary[]? Containers, VolumeDto[]? Volumes, Empty[]? BuildCache, long BuilderSize);
