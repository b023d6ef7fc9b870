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
    /// <param name="platform">
    /// What they must be for; <see langword="null"/> for this host where the archive has an image for several, and for whatever there is.
    /// </param>
    /// <exception cref="InvalidImageException">It is neither, or something that it names is missing.</exception>
    /// <exception cref="RegistryException">It holds something else than images.</exception>
    public static List<ArchiveImage> All(SpooledArchive archive, Platform? platform)
    {
        var images = new Dictionary<string, ArchiveImage>();
        if (archive.Find("oci-layout") is not null && archive.Find("index.json") is not null)
        {
            foreach (var image in OfLayout(archive, platform))
                Merge(images, image, []);
        }
        var named = images.Values.SelectMany(i => i.References).ToHashSet();
        if (archive.Find("manifest.json") is not null)
        {
            foreach (var image in OfDocker(archive))
                Merge(images, image, named);
        }
        if (images.Count == 0)
            throw new InvalidImageException("the archive holds no image: it has neither a manifest.json nor an OCI layout with an image for this host");
        if (platform is null)
            return [.. images.Values];
        return images.Values.Where(i => platform.Accepts(ImageConfig.Read(i.Config).Platform)).ToList() is { Count: > 0 } fitting
            ? fitting : throw new InvalidImageException($"requested platform(s) ([{platform}]) not found");
    }

    /// <summary>The same image may be told of by both documents; the manifest of the layout is the one that registries know.</summary>
    /// <param name="named">Names that the layout has given: by them manifest.json may mean the image for another platform.</param>
    private static void Merge(Dictionary<string, ArchiveImage> images, ArchiveImage image, HashSet<string> named)
    {
        var id = Digest.Of(image.Config);
        if (images.TryGetValue(id, out var known))
            known.References.UnionWith(image.References.Except(named));
        else if (image.References.Count == 0 || !named.IsSupersetOf(image.References))
            images[id] = image with { References = [.. image.References.Except(named)] };
    }

    private static List<ArchiveImage> OfLayout(SpooledArchive archive, Platform? platform)
    {
        var index = archive.ReadDocument("index.json");
        using var document = Parse(index, "index.json");
        var top = RegistryManifest.Read(index, RegistryManifest.OciIndex, null, null, "the archive");
        var entries = top.Manifests.Zip(document.RootElement.GetProperty("manifests").EnumerateArray(), (entry, json) => (Entry: entry, Names: Names(json)));
        var images = new List<ArchiveImage>();
        // Some list the images for several platforms side by side under one name, instead of an index that lists them.
        foreach (var group in entries.GroupBy(e => string.Join(' ', e.Names.Order(StringComparer.Ordinal))))
        {
            var wanted = platform ?? Platform.Host;
            var hasWanted = group.Any(e => e.Entry.Platform is { } p && wanted.Accepts(p) && archive.FindBlob(e.Entry.Manifest.Digest) is not null);
            foreach (var (entry, names) in group.Where(e => e.Entry.Platform is not { } p || (p.Os != "unknown" && (!hasWanted || wanted.Accepts(p)))))
            {
                if (Resolve(archive, entry.Manifest, platform, depth: 0) is { } manifest)
                    images.Add(OfManifest(archive, manifest, names));
            }
        }
        return images;
    }

    /// <summary>The manifest for the platform; for none in particular this host's, or the first that the archive holds.</summary>
    private static RegistryManifest? Resolve(SpooledArchive archive, Descriptor descriptor, Platform? platform, int depth)
    {
        if (archive.FindBlob(descriptor.Digest) is not { } blob || depth > 2)
            return null;
        var manifest = RegistryManifest.Read(
            SpooledArchive.ReadDocument(blob, descriptor.Digest), descriptor.MediaType, descriptor.Digest, null, "the archive");
        if (!manifest.IsIndex)
            return manifest;
        var entries = manifest.Manifests.Where(m => m.Platform is not { Os: "unknown" } && archive.FindBlob(m.Manifest.Digest) is not null).ToList();
        var entry = entries.Find(m => m.Platform is { } p && (platform ?? Platform.Host).Accepts(p)) ?? entries.FirstOrDefault();
        return entry is null ? null : Resolve(archive, entry.Manifest, platform, depth + 1);
    }

    private static ArchiveImage OfManifest(SpooledArchive archive, RegistryManifest manifest, HashSet<string> names)
    {
        manifest.ExpectImage();
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
