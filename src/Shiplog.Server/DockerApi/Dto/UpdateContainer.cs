using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>The body of POST /containers/{id}/update; what cannot be changed is in <see cref="Others"/>, where it is refused unless it says nothing.</summary>
internal sealed record UpdateContainerBody : ResourcesBody
{
    public RestartPolicyDto? RestartPolicy { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <param name="Warnings">Docker says <c>null</c> where there are none.</param>
internal sealed record UpdateContainerReply(string[]? Warnings);
