using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Shiplog.EndToEnd.Tests;

/// <summary>A registry with one image whose layer is not what its manifest says. Only for misbehaving: the true path is tested on a true registry.</summary>
internal sealed class LyingRegistry : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly byte[] _config = Encoding.UTF8.GetBytes("""{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000"]},"history":[]}""");
    private readonly byte[] _layer;
    private readonly byte[] _manifest;
    private readonly string _lie;

    private LyingRegistry(string lie)
    {
        _lie = lie;
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = $"127.0.0.1:{((IPEndPoint)port.LocalEndPoint!).Port}";
        port.Close();
        _layer = Gzip(RandomNumberGenerator.GetBytes(200_000));
        var size = lie == "huge" ? 10L << 30 : _layer.Length;
        var digest = lie == "digest" ? "sha256:" + new string('a', 64) : Digest(_layer);
        _manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
             "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{_config.Length}},"digest":"{{Digest(_config)}}"},
             "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{size}},"digest":"{{digest}}"}]}
            """);
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    public static LyingRegistry Start(string lie) => new(lie);

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
                return;
            }
            Answer(context);
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var response = context.Response;
        var (type, body) = path switch
        {
            "/v2/" => ("application/json", "{}"u8.ToArray()),
            _ when path.Contains("/manifests/", StringComparison.Ordinal) => ("application/vnd.docker.distribution.manifest.v2+json", _manifest),
            _ when path.EndsWith(Digest(_config), StringComparison.Ordinal) => ("application/octet-stream", _config),
            _ => ("application/octet-stream", _layer),
        };
        response.ContentType = type;
        if (ReferenceEquals(body, _manifest))
            response.Headers["Docker-Content-Digest"] = Digest(_manifest);
        if (ReferenceEquals(body, _layer) && _lie == "huge")
            response.SendChunked = true;
        else
            response.ContentLength64 = body.Length;
        try
        {
            if (context.Request.HttpMethod != "HEAD")
                response.OutputStream.Write(body, 0, ReferenceEquals(body, _layer) && _lie == "short" ? body.Length / 2 : body.Length);
            if (ReferenceEquals(body, _layer) && _lie == "short")
                response.Abort();
            else
                response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or InvalidOperationException or IOException)
        {
            // The engine hung up on the liar, as it should.
            response.Abort();
        }
    }

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            gzip.Write(content);
        return memory.ToArray();
    }
}
