using System.Text.Json;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images.Archives;

/// <summary>An image as an archive holds it.</summary>
/// <param name="Manifest"><see langword="null"/> where the archive has none of its own.</param>
/// <param name="Layers">Lowest first.</param>
internal sealed record ArchiveImage(byte[] Config, RegistryManifest? Manifest, SpooledFile[] Layers, HashSet<string> References)
{
    /// <summary>The images of an archive: by its OCI layout where it is one, by Docker's <c>manifest.json</c> otherwise.</summary>
    /// <exception cref="InvalidImageException">It is neither, or something that it names is missing.</exception>
    public static List<ArchiveImage> All(SpooledArchive archive)
    {
        var images = new Dictionary<string, ArchiveImage>();
        if (archive.Find("oci-layout") is not null && archive.Find("index.json") is not null)
        {
            foreach (var image in OfLayout(archive))
                Merge(images, image);
        }
        if (archive.Find("manifest.json") is not null)
        {
            foreach (var image in OfDocker(archive))
                Merge(images, image);
        }
        return images.Count > 0 ? [.. images.Values] : throw new InvalidImageException(
            "the archive holds no image: it has neither a manifest.json nor an OCI layout with an image for this host");
    }

    // The same image may be told of by both documents; the manifest of the layout is the one that registries know.
    private static void Merge(Dictionary<string, ArchiveImage> images, ArchiveImage image)
    {
        var id = Digest.Of(image.Config);
        if (images.TryGetValue(id, out var known))
            known.References.UnionWith(image.References);
        else
            images[id] = image;
    }

    private static List<ArchiveImage> OfLayout(SpooledArchive archive)
    {
        var index = archive.ReadDocument("index.json");
        var images = new List<ArchiveImage>();
        using var document = Parse(index, "index.json");
        var top = RegistryManifest.Read(index, RegistryManifest.OciIndex, null, null, "the archive");
        foreach (var (entry, json) in top.Manifests.Zip(document.RootElement.GetProperty("manifests").EnumerateArray()))
        {
            if (Resolve(archive, entry.Manifest, depth: 0) is { } manifest)
                images.Add(OfManifest(archive, manifest, Names(json)));
        }
        return images;
    }

    /// <summary>The manifest for this host, or the first that the archive holds.</summary>
    private static RegistryManifest? Resolve(SpooledArchive archive, Descriptor descriptor, int depth)
    {
        if (archive.FindBlob(descriptor.Digest) is not { } blob || depth > 2)
            return null;
        var manifest = RegistryManifest.Read(
            SpooledArchive.ReadDocument(blob, descriptor.Digest), descriptor.MediaType, descriptor.Digest, null, "the archive");
        if (!manifest.IsIndex)
            return manifest;
        var entries = manifest.Manifests.Where(m => m.Platform is not { Os: "unknown" } && archive.FindBlob(m.Manifest.Digest) is not null).ToList();
        var entry = entries.Find(m => m.Platform is { } p && Platform.Host.Accepts(p)) ?? entries.FirstOrDefault();
        return entry is null ? null : Resolve(archive, entry.Manifest, depth + 1);
    }

    private static ArchiveImage OfManifest(SpooledArchive archive, RegistryManifest manifest, HashSet<string> names)
    {
        SpooledFile Blob(Descriptor d) => archive.FindBlob(d.Digest) is { } file && file.Size == d.Size
            ? file : throw new InvalidImageException($"blob {d.Digest} is missing in the archive, or not of the size that its manifest says");
        var config = SpooledArchive.ReadDocument(Blob(manifest.Config!), "the config");
        return new ArchiveImage(config, manifest, [.. manifest.Layers.Select(Blob)], names);
    }

    private static HashSet<string> Names(JsonElement entry)
    {
        var names = new HashSet<string>();
        if (!entry.TryGetProperty("annotations", out var annotations) || annotations.ValueKind != JsonValueKind.Object)
            return names;
        // "ref.name" may be a bare tag, which says nothing without its repository.
        if (Text(annotations, "io.containerd.image.name") is { } full)
            names.Add(Qualify(full));
        else if (Text(annotations, "org.opencontainers.image.ref.name") is { } name && name.Contains(':', StringComparison.Ordinal))
            names.Add(Qualify(name));
        return names;
    }

    private static List<ArchiveImage> OfDocker(SpooledArchive archive)
    {
        using var document = Parse(archive.ReadDocument("manifest.json"), "manifest.json");
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new InvalidImageException("the archive's manifest.json is no list");
        var images = new List<ArchiveImage>();
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var config = archive.ReadDocument(Text(item, "Config") ?? throw new InvalidImageException("the archive's manifest.json names no config"));
            var layers = Texts(item, "Layers").Select(l => archive.Find(l) ?? throw new InvalidImageException($"layer {l} is missing in the archive"));
            images.Add(new ArchiveImage(config, null, [.. layers], [.. Texts(item, "RepoTags").Select(Qualify)]));
        }
        return images;
    }

    private static string Qualify(string name) => ImageName.TryParse(name)?.ToString()
        ?? throw new InvalidImageException($"the archive names an image \"{name}\": invalid reference format");

    private static JsonDocument Parse(byte[] content, string name)
    {
        try
        {
            return JsonDocument.Parse(content, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
        }
        catch (JsonException e)
        {
            throw new InvalidImageException($"the archive's {name} is broken: {e.Message}");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
            : [];
}
