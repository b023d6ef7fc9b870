using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;

namespace Shiplog.Worker.Images.Archives;

/// <summary>An image and the names to save it under.</summary>
internal sealed record SavedImage(StoredImage Image, ImageName[] Names);

/// <summary>
/// Writes images as one tar that is a Docker archive (<c>manifest.json</c>, <c>repositories</c>) and an OCI layout
/// (<c>oci-layout</c>, <c>index.json</c>, <c>blobs/</c>) at once. Blobs go in as they came, so digests stay what they were.
/// </summary>
internal sealed class ImageSaver(ContentStore store)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads <c>imageId=reference[,reference…]</c>.</summary>
    /// <exception cref="InvalidImageException">It is not so, or the image is not here.</exception>
    public SavedImage Find(string query)
    {
        var parts = query.Split('=', 2);
        var image = Digest.IsValid(parts[0]) ? store.Images.Find(parts[0]) : null;
        if (image is null)
            throw new InvalidImageException($"image {parts[0]} is not on this host");
        var references = parts.Length < 2 ? [] : parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new SavedImage(image, [.. references.Select(r => ImageName.TryParse(r) ?? throw new InvalidImageException($"invalid reference format: {r}"))]);
    }

    public void Save(IReadOnlyList<SavedImage> images, Stream target, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var blobs = images.SelectMany(i => (string[])[.. i.Image.Layers.Select(l => l.Digest), i.Image.ImageId, i.Image.ManifestDigest])
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        foreach (var digest in blobs)
            lease.PinBlob(digest);
        var tar = new TarWriter(target);
        Folder(tar, "blobs/");
        Folder(tar, "blobs/sha256/");
        foreach (var digest in blobs)
            WriteBlob(tar, digest, cancellation);
        WriteDocument(tar, "index.json", Index(images));
        WriteDocument(tar, "manifest.json", Manifests(images));
        WriteDocument(tar, "oci-layout", new JsonObject { ["imageLayoutVersion"] = "1.0.0" });
        WriteDocument(tar, "repositories", Repositories(images));
        tar.End();
    }

    private void WriteBlob(TarWriter tar, string digest, CancellationToken cancellation)
    {
        using var blob = store.Blobs.Open(digest);
        tar.Begin(new TarEntry { Name = Encoding.ASCII.GetBytes(PathOf(digest)), Kind = TarKind.File, Mode = 0x1a4, Size = blob.Length }); // 0644
        var buffer = new byte[256 * 1024];
        for (int read; (read = blob.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            tar.Content(buffer.AsSpan(0, read));
        }
    }

    private static void WriteDocument(TarWriter tar, string name, JsonNode content)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content, Relaxed);
        tar.Begin(new TarEntry { Name = Encoding.ASCII.GetBytes(name), Kind = TarKind.File, Mode = 0x1a4, Size = bytes.Length });
        tar.Content(bytes);
    }

    private static void Folder(TarWriter tar, string name) =>
        tar.Begin(new TarEntry { Name = Encoding.ASCII.GetBytes(name), Kind = TarKind.Directory, Mode = 0x1ed }); // 0755

    private JsonObject Index(IEnumerable<SavedImage> images)
    {
        var manifests = new JsonArray();
        foreach (var (image, names) in images)
        {
            foreach (var name in names.Length > 0 ? names.Cast<ImageName?>() : [null])
                manifests.Add((JsonNode)Entry(image, name));
        }
        return new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = RegistryManifest.OciIndex, ["manifests"] = manifests };
    }

    private JsonObject Entry(StoredImage image, ImageName? name)
    {
        var entry = new JsonObject
        {
            ["mediaType"] = image.ManifestMediaType,
            ["digest"] = image.ManifestDigest,
            ["size"] = store.Blobs.SizeOf(image.ManifestDigest),
        };
        if (name is not null)
            entry["annotations"] = new JsonObject { ["io.containerd.image.name"] = name.ToString(), ["org.opencontainers.image.ref.name"] = name.TagOrDigest };
        return entry;
    }

    private static JsonArray Manifests(IEnumerable<SavedImage> images) => [.. images.Select(i => (JsonNode)new JsonObject
    {
        ["Config"] = PathOf(i.Image.ImageId),
        ["RepoTags"] = i.Names.Length > 0 ? new JsonArray([.. i.Names.Select(n => (JsonNode)n.Familiar)]) : null,
        ["Layers"] = new JsonArray([.. i.Image.Layers.Select(l => (JsonNode)PathOf(l.Digest))]),
    })];

    private static JsonObject Repositories(IEnumerable<SavedImage> images)
    {
        var repositories = new JsonObject();
        foreach (var (image, names) in images.Where(i => i.Image.Layers.Length > 0))
        {
            foreach (var name in names.Where(n => n.Tag is not null))
            {
                if (repositories[name.FamiliarRepository] is not JsonObject tags)
                    repositories[name.FamiliarRepository] = tags = [];
                tags[name.Tag!] = Digest.HexOf(image.Layers[^1].Digest);
            }
        }
        return repositories;
    }

    private static string PathOf(string digest) => "blobs/sha256/" + Digest.HexOf(digest);
}
