using System.Net;

namespace Shiplog.Worker.Images.Registry;

/// <summary>The environment's proxy, but never for this machine itself.</summary>
internal sealed class LoopbackAwareProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
