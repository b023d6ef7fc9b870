using System.Globalization;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images.Registry;

/// <summary>What a manifest says of a blob.</summary>
internal sealed record Descriptor(string MediaType, string Digest, long Size);

/// <summary>An index's entry.</summary>
internal sealed record PlatformDescriptor(Descriptor Manifest, Platform? Platform);

/// <summary>A manifest or an index, checked; of Docker's schema 2 or OCI's.</summary>
internal sealed class RegistryManifest
{
    public const int MaximalSize = 4 << 20;
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    private const int MaximalLayers = 512;
    private const string DockerPlugin = "application/vnd.docker.plugin.v1+json";

    // What old clients of Docker's called a config, or a layer (distribution/distribution, issue 1621).
    private static readonly string[] OldTypes = ["application/octet-stream", "application/json", "text/html"];

    public static readonly string[] MediaTypes = [DockerManifest, DockerList, OciManifest, OciIndex];

    private RegistryManifest(byte[] content, string digest, string mediaType)
    {
        (Content, Digest, MediaType) = (content, digest, mediaType);
    }

    /// <summary>As sent: the digest is of these bytes.</summary>
    public byte[] Content { get; }

    public string Digest { get; }

    public string MediaType { get; }

    public bool IsIndex => MediaType is DockerList or OciIndex;

    public Descriptor? Config { get; private set; }

    /// <summary>Lowest first.</summary>
    public Descriptor[] Layers { get; private set; } = [];

    public PlatformDescriptor[] Manifests { get; private set; } = [];

    /// <summary>Its config is an image's: manifests are also of other things (OCI image spec, "Guidelines for Artifact Usage").</summary>
    public bool IsImage => Config?.MediaType is DockerConfig or OciConfig || OldTypes.Contains(Config?.MediaType);

    /// <summary>Passes where a container can be made of it.</summary>
    /// <exception cref="RegistryException">It is of something else; begins with dockerd's words.</exception>
    public void ExpectImage()
    {
        const string Remedy = "an artifact and no container image, get it with the program that it is for";
        if (!IsImage && MediaType == DockerManifest)
            throw Foreign($"Encountered remote \"{Config!.MediaType}\"({(Config.MediaType == DockerPlugin ? "plugin" : "unknown")}) when fetching: {Remedy}");
        if (!IsImage)
            throw Foreign($"unsupported media type {Config!.MediaType}: {Remedy}");
        if (Layers.Select(l => l.MediaType).FirstOrDefault(t => !IsLayer(t)) is { } other)
            throw Foreign($"unsupported media type {other}: {Remedy}");
    }

    private static bool IsLayer(string mediaType) =>
        mediaType.StartsWith("application/vnd.oci.image.", StringComparison.Ordinal) || mediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal)
        || OldTypes.Contains(mediaType);

    /// <param name="contentType">As the registry sent it: must agree with the document, or one could be taken for another.</param>
    /// <param name="reference">A tag, or the digest that the document must have.</param>
    /// <param name="claimed">The digest that the registry says it has.</param>
    /// <exception cref="RegistryException">It is not what it says, or no image manifest.</exception>
    public static RegistryManifest Read(byte[] content, string? contentType, string? reference, string? claimed, string host)
    {
        var digest = Worker.Layers.Digest.Of(content);
        if (reference?.Contains(':', StringComparison.Ordinal) == true && reference != digest)
            throw Bad($"{host} sent a manifest with digest {digest} where {reference} was asked for");
        if (claimed is not null && claimed != digest)
            throw Bad($"{host} claims digest {claimed} for a manifest whose digest is {digest}");
        try
        {
            // A key given twice means one thing to one reader and another to the next.
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            return Read(document.RootElement, content, digest, contentType);
        }
        catch (JsonException e)
        {
            throw Bad($"the manifest from {host} is not valid JSON: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            // Something of another kind than a manifest has there, or text that is no UTF-8.
            throw Bad($"the manifest from {host} is not made as one: {e.Message}");
        }
    }

    private static RegistryManifest Read(JsonElement root, byte[] content, string digest, string? contentType)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Bad("the manifest is no JSON object");
        var (hasManifests, hasLayers) = (root.TryGetProperty("manifests", out _), root.TryGetProperty("layers", out _));
        if (hasManifests && (hasLayers || root.TryGetProperty("config", out _)))
            throw Bad("the manifest is an index and an image at once; refused");
        if (Number(root, "schemaVersion") != 2)
            throw Bad("the manifest is of schema version 1, which is not supported; push the image again with a current client");
        var inside = root.TryGetProperty("mediaType", out _) ? Text(root, "mediaType") : null;
        if (inside is not null && contentType is not null && inside != contentType)
            throw Bad($"the manifest says that it is {inside}, but was sent as {contentType}");
        var mediaType = inside ?? contentType ?? (hasManifests ? OciIndex : OciManifest);
        if (!MediaTypes.Contains(mediaType))
            throw Bad($"a manifest of type {mediaType} is no image");
        var manifest = new RegistryManifest(content, digest, mediaType);
        if (manifest.IsIndex != hasManifests || manifest.IsIndex == hasLayers)
            throw Bad($"the manifest says that it is {mediaType}, but is not made so");
        if (manifest.IsIndex)
            manifest.Manifests = [.. Items(root, "manifests").Select(Entry)];
        else
            manifest.TakeImage(root);
        return manifest;
    }

    private void TakeImage(JsonElement root)
    {
        if (!root.TryGetProperty("config", out var config))
            throw Bad("the manifest has no config");
        Config = Describe(config);
        if (Config.Size > MaximalSize)
            throw Bad($"the image's config claims {Config.Size} bytes; at most {MaximalSize} are taken");
        Layers = [.. Items(root, "layers").Select(Describe)];
        if (Layers.Length > MaximalLayers)
            throw Bad($"the image has {Layers.Length} layers; at most {MaximalLayers} are taken");
    }

    private static PlatformDescriptor Entry(JsonElement item)
    {
        var platform = item.TryGetProperty("platform", out var p) && p.ValueKind == JsonValueKind.Object
            ? new Platform(Optional(p, "os") ?? "", Optional(p, "architecture") ?? "", Optional(p, "variant"))
            : null;
        return new PlatformDescriptor(Describe(item), platform);
    }

    private static Descriptor Describe(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw Bad("a descriptor of the manifest is no JSON object");
        var descriptor = new Descriptor(Text(item, "mediaType"), Text(item, "digest"), Number(item, "size"));
        if (!Worker.Layers.Digest.IsValid(descriptor.Digest))
            throw Bad("a digest of the manifest is not sha256 and 64 hexadecimal digits");
        return descriptor.Size >= 0 ? descriptor : throw Bad("a size in the manifest is negative");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement root, string name) =>
        root.GetProperty(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : throw Bad($"the manifest's {name} is no list");

    private static string Text(JsonElement element, string name) =>
        Optional(element, name) ?? throw Bad($"the manifest lacks {name}, or has no text there");

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw Bad(string.Create(CultureInfo.InvariantCulture, $"the manifest lacks {name}, or has no whole number there"));

    private static RegistryException Foreign(string message) => new(FailureKind.Invalid, message);

    private static RegistryException Bad(string message) => new(FailureKind.Unavailable, message);
}
