using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>An item of GET /containers/json</summary>
internal sealed record ContainerSummary(
    string Id, string[] Names, string Image, string ImageID, string Command, long Created, PortDto[] Ports,
    Dictionary<string, string> Labels, string State, string Status, SummaryHostConfigDto HostConfig, SummaryNetworksDto NetworkSettings,
    MountDto[] Mounts)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public long SizeRw { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public long SizeRootFs { get; init; }
}

internal sealed record PortDto(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IP, int PrivatePort,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? PublicPort, string Type);

internal sealed record SummaryHostConfigDto(string NetworkMode);

internal sealed record SummaryNetworksDto(Dictionary<string, EndpointDto> Networks);

/// <summary>POST /containers/{id}/wait</summary>
internal sealed record WaitReply(
    long StatusCode, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WaitError? Error = null);

internal sealed record WaitError(string Message);

internal sealed record CommitReply(string Id);

/// <summary>POST /containers/prune</summary>
internal sealed record ContainersPruned(string[]? ContainersDeleted, long SpaceReclaimed);
