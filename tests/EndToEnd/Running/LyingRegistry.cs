using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>A registry on loopback that serves one image, as wrongly as a test wants.</summary>
internal sealed class LyingRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly Task _serving;
    private readonly byte[] _manifest;
    private readonly string _layer;

    /// <param name="layer">The layer's tar, not compressed.</param>
    /// <param name="claimedSize">What the manifest says of the layer's size; the truth where not given.</param>
    public LyingRegistry(int port, byte[] layer, long? claimedSize = null)
    {
        Address = $"127.0.0.1:{port}";
        var compressed = Compress(layer);
        _layer = Add(compressed);
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Cmd = (string[])["sh"] },
            rootfs = new { type = "layers", diff_ids = (string[])[Digest(layer)] },
            history = (object[])[new { created_by = "a lie" }],
        });
        _manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = new { mediaType = "application/vnd.docker.container.image.v1+json", size = config.Length, digest = Add(config) },
            layers = (object[])[new { mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip", size = claimedSize ?? compressed.Length, digest = _layer }],
        });
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>What of the layer is sent, and under which length.</summary>
    public Func<byte[], (byte[] Bytes, long Length)> Send { get; init; } = bytes => (bytes, bytes.Length);

    /// <summary>A tar of the given entries.</summary>
    public static byte[] Tar(params TarEntry[] entries)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }
        return stream.ToArray();
    }

    public static TarEntry TextFile(string name, string content) =>
        new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    public static TarEntry Link(string name, string target) => new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target };

    public static TarEntry HardLink(string name, string target) => new UstarTarEntry(TarEntryType.HardLink, name) { LinkName = target };

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // stopped
            }
            try
            {
                await AnswerAsync(context.Request.Url!.AbsolutePath, context.Request.HttpMethod, context.Response);
            }
            catch (Exception e) when (e is HttpListenerException or InvalidOperationException or IOException)
            {
                context.Response.Abort(); // the reader had enough of it, or it was cut short on purpose
            }
        }
    }

    private async Task AnswerAsync(string path, string method, HttpListenerResponse response)
    {
        var name = path.Split('/')[^1];
        if (path.Contains("/manifests/", StringComparison.Ordinal))
        {
            response.ContentType = ManifestType;
            response.AddHeader("Docker-Content-Digest", Digest(_manifest));
            await WriteAsync(response, method, _manifest, _manifest.Length);
        }
        else if (_blobs.TryGetValue(name, out var blob))
        {
            var (bytes, length) = name == _layer ? Send(blob) : (blob, blob.Length);
            response.ContentType = "application/octet-stream";
            await WriteAsync(response, method, bytes, length);
        }
        else
        {
            response.StatusCode = path == "/v2/" ? 200 : 404;
            response.Close();
        }
    }

    private static async Task WriteAsync(HttpListenerResponse response, string method, byte[] bytes, long length)
    {
        response.ContentLength64 = length;
        if (method != "HEAD")
            await response.OutputStream.WriteAsync(bytes);
        if (method == "HEAD" || bytes.Length == length)
            response.Close();
        else
            response.Abort();
    }

    private string Add(byte[] blob)
    {
        var digest = Digest(blob);
        _blobs[digest] = blob;
        return digest;
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Compress(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return stream.ToArray();
    }
}
