using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shiplog.Worker.Images;

/// <summary>An image's config as the server gives it: complete but for what only the layer itself can tell.</summary>
internal static class ConfigTemplate
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="diffId">Of the new layer; <see langword="null"/> marks that there is none.</param>
    /// <exception cref="InvalidImageException">The template is none.</exception>
    public static byte[] Complete(string template, string? diffId)
    {
        try
        {
            var config = JsonNode.Parse(template)?.AsObject() ?? throw new JsonException("it is null");
            if (diffId is not null)
                (config["rootfs"]?["diff_ids"]?.AsArray() ?? throw new JsonException("it has no rootfs.diff_ids")).Add(diffId);
            else if (config["history"] is JsonArray { Count: > 0 } history && history[^1] is JsonObject last)
                last["empty_layer"] = true;
            return JsonSerializer.SerializeToUtf8Bytes(config, Relaxed);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidImageException($"the template of the new image's config is broken: {e.Message}");
        }
    }
}
