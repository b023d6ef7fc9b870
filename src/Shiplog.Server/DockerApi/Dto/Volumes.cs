using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>A volume, wherever Docker's API shows one.</summary>
internal sealed record VolumeDto
{
    public string CreatedAt { get; init; } = "";
    public string Driver { get; init; } = "";
    public Dictionary<string, string>? Labels { get; init; }
    public string Mountpoint { get; init; } = "";
    public string Name { get; init; } = "";
    public Dictionary<string, string>? Options { get; init; }
    public string Scope { get; init; } = "local";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public VolumeUsageDto? UsageData { get; init; }
}

/// <summary>Only in GET /system/df.</summary>
internal sealed record VolumeUsageDto(long Size, long RefCount);

/// <summary>GET /volumes</summary>
internal sealed record VolumesReply(VolumeDto[] Volumes, string[] Warnings);

/// <summary>The body of POST /volumes/create</summary>
internal sealed record CreateVolumeBody
{
    public string? Name { get; init; }
    public string? Driver { get; init; }
    public Dictionary<string, string>? DriverOpts { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public JsonElement? ClusterVolumeSpec { get; init; }

    /// <summary>Without the options, which may hold a password.</summary>
    public override string ToString() => $"CreateVolumeBody({Name})";
}

/// <summary>POST /volumes/prune</summary>
internal sealed record VolumesPruneReply(string[] VolumesDeleted, long SpaceReclaimed);
