using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;

namespace Shiplog.Worker.Images.Registry;

/// <summary>
/// The HTTP clients that registries are spoken to with: one that verifies certificates, one for insecure registries, and one more for
/// each host that has certificates of its own. None follows redirects by itself, since that would decide where credentials go.
/// </summary>
/// <param name="folders">Where there may be a folder of certificates for a host, <c>HOST[:PORT]/</c>; the first that has one counts.</param>
internal sealed class RegistryHttp(params string[] folders) : IDisposable
{
    private readonly HttpMessageInvoker _secure = new(Handler(verify: true, null)), _insecure = new(Handler(verify: false, null));
    private readonly ConcurrentDictionary<(string Folder, DateTime Changed, bool IsInsecure), HttpMessageInvoker> _own = new();

    /// <summary>Docker's folder for certificates of registries.</summary>
    public const string DockersFolder = "/etc/docker/certs.d";

    /// <exception cref="RegistryException">The certificates for this host cannot be used.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isInsecure, CancellationToken cancellation) =>
        Client(request.RequestUri!, isInsecure).SendAsync(request, cancellation);

    public void Dispose()
    {
        foreach (var client in _own.Values.Append(_secure).Append(_insecure))
            client.Dispose();
    }

    private HttpMessageInvoker Client(Uri uri, bool isInsecure)
    {
        var folder = uri.Scheme != "https" ? null
            : folders.SelectMany(f => (string[])[Path.Combine(f, uri.Authority), Path.Combine(f, $"{uri.Host}:{uri.Port}")]).FirstOrDefault(Directory.Exists);
        if (folder is null)
            return isInsecure ? _insecure : _secure;
        // Read anew where a file has changed, as Docker does; the old client stays for those who still have connections of it.
        var changed = Directory.EnumerateFiles(folder).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max();
        return _own.GetOrAdd((folder, changed, isInsecure), _ => new HttpMessageInvoker(Handler(!isInsecure, RegistryCertificates.Load(folder))));
    }

    private static SocketsHttpHandler Handler(bool verify, RegistryCertificates? own)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, // Digests are of the bytes as sent.
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            InitialHttp2StreamWindowSize = 1 << 20,
            Proxy = new LoopbackAwareProxy(HttpClient.DefaultProxy),
            SslOptions = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
        };
        if (!verify)
        {
#pragma warning disable CA5359 // The user has named this registry as insecure, or it is on this machine.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (own is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => own.Trusts(certificate, chain, errors);
        }
        if (own is { Own.Count: > 0 })
            handler.SslOptions.ClientCertificates = own.Own;
        return handler;
    }
}
