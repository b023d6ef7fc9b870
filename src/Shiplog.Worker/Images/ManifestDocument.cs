using System.Text.Encodings.Web;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images;

/// <summary>Writes the manifests of images that no registry has given one: committed, or loaded from an old archive.</summary>
internal static class ManifestDocument
{
    private const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    private const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    private static readonly JsonWriterOptions Options =
        new() { Indented = true, IndentSize = 3, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string LayerType(bool isOci, bool isCompressed) => (isOci, isCompressed) switch
    {
        (true, true) => OciLayer + "+gzip",
        (true, false) => OciLayer,
        (false, true) => DockerLayer + ".gzip",
        (false, false) => DockerLayer,
    };

    public static byte[] Write(byte[] config, IEnumerable<ImageLayer> layers, bool isOci)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", isOci ? RegistryManifest.OciManifest : RegistryManifest.DockerManifest);
            json.WritePropertyName("config");
            Describe(json, isOci ? RegistryManifest.OciConfig : RegistryManifest.DockerConfig, config.Length, Digest.Of(config));
            json.WriteStartArray("layers");
            foreach (var layer in layers)
                Describe(json, layer.MediaType, layer.Size, layer.Digest);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Describe(Utf8JsonWriter json, string mediaType, long size, string digest)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", mediaType);
        json.WriteNumber("size", size);
        json.WriteString("digest", digest);
        json.WriteEndObject();
    }
}
