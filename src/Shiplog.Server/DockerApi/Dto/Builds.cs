using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>What a build says, in words.</summary>
internal sealed record BuildLine([property: JsonPropertyName("stream")] string Stream);

/// <summary>The image that a build has made.</summary>
internal sealed record BuildAux([property: JsonPropertyName("aux")] BuildAuxId Aux);

internal sealed record BuildAuxId([property: JsonPropertyName("ID")] string Id);
