using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>The header <c>X-Docker-Container-Path-Stat</c>, in base64</summary>
internal sealed record PathStatDto(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("size")] long Size, [property: JsonPropertyName("mode")] uint Mode,
    [property: JsonPropertyName("mtime")] string Mtime, [property: JsonPropertyName("linkTarget")] string LinkTarget);

/// <summary>An item of GET /containers/{id}/changes</summary>
internal sealed record FileChangeDto(string Path, int Kind);
