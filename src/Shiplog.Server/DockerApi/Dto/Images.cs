using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>GET /distribution/{name}/json</summary>
internal sealed record DistributionInspect(DescriptorDto Descriptor, OciPlatformDto[] Platforms);

/// <summary>A content descriptor (OCI image spec, "Descriptor").</summary>
internal sealed record DescriptorDto(
    [property: JsonPropertyName("mediaType")] string MediaType, [property: JsonPropertyName("digest")] string Digest, [property: JsonPropertyName("size")] long Size);

/// <summary>A platform (OCI image spec, "Image Index").</summary>
internal sealed record OciPlatformDto(
    [property: JsonPropertyName("architecture")] string Architecture, [property: JsonPropertyName("os")] string Os,
    [property: JsonPropertyName("variant"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Variant);

/// <summary>GET /images/search</summary>
internal sealed record FoundImage(
    [property: JsonPropertyName("star_count")] int StarCount, [property: JsonPropertyName("is_official")] bool IsOfficial,
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("is_automated")] bool IsAutomated,
    [property: JsonPropertyName("description")] string Description);

/// <summary>GET /images/{name}/json</summary>
internal sealed record ImageInspect
{
    public string Id { get; init; } = "";
    public string[] RepoTags { get; init; } = [];
    public string[] RepoDigests { get; init; } = [];
    public string Parent { get; init; } = "";
    public string Comment { get; init; } = "";
    public string Created { get; init; } = "";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Container { get; init; }
    public string DockerVersion { get; init; } = "";
    public string Author { get; init; } = "";
    public required ContainerConfigDto Config { get; init; }
    public string Architecture { get; init; } = "";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Variant { get; init; }
    public string Os { get; init; } = "";
    public long Size { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? VirtualSize { get; init; }
    public required GraphDriverDto GraphDriver { get; init; }
    public required RootFsDto RootFS { get; init; }
    public required ImageMetadataDto Metadata { get; init; }
}

internal sealed record RootFsDto(string Type, string[] Layers);

internal sealed record ImageMetadataDto(string LastTagTime);

/// <summary>An item of GET /images/json</summary>
internal sealed record ImageSummary
{
    public string Id { get; init; } = "";
    public string ParentId { get; init; } = "";
    public string[] RepoTags { get; init; } = [];
    public string[] RepoDigests { get; init; } = [];
    public long Created { get; init; }
    public long Size { get; init; }
    public long SharedSize { get; init; } = -1;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? VirtualSize { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public long Containers { get; init; } = -1;
}

/// <summary>An item of GET /images/{name}/history</summary>
internal sealed record HistoryItem(string Id, long Created, string CreatedBy, string[]? Tags, long Size, string Comment);

/// <summary>An item of the answer to DELETE /images/{name}</summary>
internal sealed record ImageDeleted(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Untagged = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Deleted = null);

/// <summary>POST /images/prune</summary>
internal sealed record ImagesPruned(ImageDeleted[]? ImagesDeleted, long SpaceReclaimed);

/// <summary>A line of progress that says that it came to nothing.</summary>
internal sealed record ProgressError(
    [property: JsonPropertyName("errorDetail")] ProgressErrorDetail ErrorDetail, [property: JsonPropertyName("error")] string Error)
{
    public static ProgressError Of(string error) => new(new ProgressErrorDetail(error), error);
}

/// <summary>A line of progress in words.</summary>
internal sealed record ProgressStatus([property: JsonPropertyName("status")] string Status);

internal sealed record ProgressErrorDetail([property: JsonPropertyName("message")] string Message)
{
    /// <summary>Of a build's program that failed.</summary>
    [JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Code { get; init; }
}

/// <summary>X-Registry-Auth, and the body of POST /auth.</summary>
internal sealed record AuthConfig
{
    [JsonPropertyName("username")] public string? Username { get; init; }
    [JsonPropertyName("password")] public string? Password { get; init; }
    [JsonPropertyName("auth")] public string? Auth { get; init; }
    [JsonPropertyName("serveraddress")] public string? ServerAddress { get; init; }
    [JsonPropertyName("identitytoken")] public string? IdentityToken { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "AuthConfig(hidden)";
}

internal sealed record AuthReply(string Status, string IdentityToken);
