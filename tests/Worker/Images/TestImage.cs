using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>An image made of tar archives, lowest first, and pushed by plain PUTs.</summary>
internal sealed class TestImage
{
    public TestImage(IEnumerable<byte[]> tars, bool oci = false, Func<byte[], byte[]>? compress = null, string architecture = "amd64", string layerType = "")
    {
        Tars = [.. tars];
        Blobs = [.. Tars.Select(compress ?? Gzip)];
        var config = new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Cmd"] = new JsonArray("/bin/sh") },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. Tars.Select(t => (JsonNode)Digest.Of(t))]) },
            ["history"] = new JsonArray([.. Tars.Select((_, i) => (JsonNode)new JsonObject { ["created_by"] = $"layer {i}" })]),
        };
        Config = Encoding.UTF8.GetBytes(config.ToJsonString());
        MediaType = oci ? RegistryManifest.OciManifest : RegistryManifest.DockerManifest;
        var type = layerType.Length > 0 ? layerType : oci ? "application/vnd.oci.image.layer.v1.tar+gzip" : "application/vnd.docker.image.rootfs.diff.tar.gzip";
        Manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType,
            ["config"] = Descriptor(oci ? RegistryManifest.OciConfig : RegistryManifest.DockerConfig, Config),
            ["layers"] = new JsonArray([.. Blobs.Select(b => (JsonNode)Descriptor(type, b))]),
        }.ToJsonString());
    }

    public byte[][] Tars { get; }

    public byte[][] Blobs { get; }

    public byte[] Config { get; }

    public byte[] Manifest { get; set; }

    public string MediaType { get; }

    public string Id => Digest.Of(Config);

    public static JsonObject Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest.Of(content), ["size"] = content.Length };

    public static byte[] Gzip(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(content);
        return buffer.ToArray();
    }

    public async Task PushAsync(string host, string repository, string reference)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{host}") };
        foreach (var blob in (byte[][])[.. Blobs, Config])
            await PutBlobAsync(client, repository, blob);
        await PutManifestAsync(client, repository, reference, Manifest, MediaType);
    }

    /// <summary>Pushes an index of these images under one tag.</summary>
    public static async Task PushIndexAsync(string host, string repository, string tag, string mediaType, params (TestImage Image, string Architecture)[] images)
    {
        foreach (var (image, _) in images)
            await image.PushAsync(host, repository, Digest.Of(image.Manifest));
        using var client = new HttpClient { BaseAddress = new Uri($"http://{host}") };
        var entries = images.Select(i =>
        {
            var entry = Descriptor(i.Image.MediaType, i.Image.Manifest);
            entry["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = i.Architecture };
            return (JsonNode)entry;
        });
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = mediaType, ["manifests"] = new JsonArray([.. entries]) };
        await PutManifestAsync(client, repository, tag, Encoding.UTF8.GetBytes(index.ToJsonString()), mediaType);
    }

    private static async Task PutBlobAsync(HttpClient client, string repository, byte[] blob)
    {
        using var begun = await client.PostAsync($"/v2/{repository}/blobs/uploads/", null);
        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var location = begun.Headers.Location!.ToString();
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var put = await client.PutAsync($"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={Digest.Of(blob)}", content);
        put.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static async Task PutManifestAsync(HttpClient client, string repository, string reference, byte[] manifest, string mediaType)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var put = await client.PutAsync($"/v2/{repository}/manifests/{reference}", content);
        put.StatusCode.ShouldBe(HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
    }
}
