using System.Net;
using System.Net.Security;
using System.Security.Authentication;

namespace Shiplog.Worker.Images.Registry;

/// <summary>
/// The two HTTP clients that registries are spoken to with: one that verifies certificates, and one for insecure registries.
/// Neither follows redirects by itself, since that would decide where credentials go.
/// </summary>
internal sealed class RegistryHttp : IDisposable
{
    private readonly HttpMessageInvoker _secure = new(Handler(verify: true)), _insecure = new(Handler(verify: false));

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isInsecure, CancellationToken cancellation) =>
        (isInsecure ? _insecure : _secure).SendAsync(request, cancellation);

    public void Dispose()
    {
        _secure.Dispose();
        _insecure.Dispose();
    }

    private static SocketsHttpHandler Handler(bool verify)
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
        return handler;
    }

    // The environment's proxy, but never for this machine itself.
    private sealed class LoopbackAwareProxy(IWebProxy inner) : IWebProxy
    {
        public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

        public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : inner.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
    }
}
