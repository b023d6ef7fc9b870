using System.Text.Json;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images;

/// <summary>What the store must know of an image's config (OCI image spec, "Image Configuration").</summary>
/// <param name="DiffIds">Lowest first.</param>
internal sealed record ImageConfig(Platform Platform, string[] DiffIds)
{
    /// <exception cref="InvalidImageException">It is no config of a Linux image.</exception>
    public static ImageConfig Read(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            var root = document.RootElement;
            var os = Text(root, "os") ?? "linux";
            if (os != "linux")
                throw new InvalidImageException($"the image is for {os}; only Linux images run here");
            return new ImageConfig(new Platform(os, Text(root, "architecture") ?? "", Text(root, "variant")), Diffs(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidImageException($"the image's config is broken: {e.Message}");
        }
    }

    /// <summary>One plan a layer.</summary>
    /// <exception cref="InvalidImageException">Manifest and config do not tell of the same number of layers.</exception>
    public LayerPlan[] Plan(IReadOnlyList<Descriptor> layers)
    {
        if (layers.Count != DiffIds.Length)
            throw new InvalidImageException($"the image's manifest has {layers.Count} layers, its config {DiffIds.Length}");
        var chain = Digest.Chain(DiffIds);
        return [.. layers.Select((l, i) => new LayerPlan(l.Digest, DiffIds[i], chain[i], l.MediaType, l.Size, chain[..i]))];
    }

    private static string[] Diffs(JsonElement root)
    {
        if (!root.TryGetProperty("rootfs", out var rootfs) || !rootfs.TryGetProperty("diff_ids", out var ids) || ids.ValueKind == JsonValueKind.Null)
            return [];
        var diffIds = ids.EnumerateArray().Select(id => id.GetString() ?? "").ToArray();
        return diffIds.All(Digest.IsValid) ? diffIds : throw new InvalidImageException(
            "the image's config has a diff id that is not sha256 and 64 hexadecimal digits");
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

/// <summary>An image or archive is not made as it should be.</summary>
internal sealed class InvalidImageException(string message) : Exception(message);
