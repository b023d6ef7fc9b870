using System.Net;
using System.Net.Sockets;
using Shiplog.Contracts;

namespace Shiplog.Worker.Images.Registry;

/// <summary>A place to fetch a repository from.</summary>
/// <param name="Addresses">Tried in this order until one speaks: HTTPS, and plain HTTP where that is allowed.</param>
/// <param name="IsInsecure">Its certificate is not verified, and it may speak plain HTTP.</param>
/// <param name="IsMirror">Gets no credentials; the registry itself is asked when it fails.</param>
internal sealed record RegistryEndpoint(string Host, Uri[] Addresses, bool IsInsecure, bool IsMirror)
{
    private const string DockerHubHost = "registry-1.docker.io", DockerHubIndex = "index.docker.io";

    /// <summary>Where images of this domain are fetched from, in order, by dockerd's rules.</summary>
    public static async Task<RegistryEndpoint[]> ForAsync(string domain, Settings settings, CancellationToken cancellation)
    {
        if (domain != ImageName.DockerHub)
            return [await OfAsync(domain, settings, cancellation)];
        var mirrors = settings.RegistryMirrors.Select(Mirror);
        return [.. mirrors, new RegistryEndpoint(DockerHubHost, [new Uri($"https://{DockerHubHost}/")], IsInsecure: false, IsMirror: false)];
    }

    /// <summary>The registry itself, for what mirrors are not asked: whether it takes credentials.</summary>
    /// <exception cref="RegistryException">The domain is none.</exception>
    public static async Task<RegistryEndpoint> ItselfAsync(string domain, Settings settings, CancellationToken cancellation) =>
        (await ForAsync(Checked(domain), settings, cancellation))[^1];

    /// <summary>The index of a registry, which of Docker Hub is a host of its own.</summary>
    /// <exception cref="RegistryException">The domain is none.</exception>
    public static async Task<RegistryEndpoint> IndexAsync(string domain, Settings settings, CancellationToken cancellation) =>
        await OfAsync(domain == ImageName.DockerHub ? DockerHubIndex : Checked(domain), settings, cancellation);

    private static string Checked(string domain) =>
        Uri.TryCreate($"https://{domain}/", UriKind.Absolute, out var uri) && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0
            ? domain
            : throw new RegistryException(Contracts.Orders.FailureKind.Invalid, $"\"{domain}\" is no registry; write host[:port]", isFinal: true);

    private static RegistryEndpoint Mirror(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
            throw new RegistryException(
                Contracts.Orders.FailureKind.Invalid, $"registry-mirrors: {address} is no http or https address; correct shiplog.json", isFinal: true);
        var root = uri.AbsoluteUri.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
        return new RegistryEndpoint(uri.Authority, [root], IsInsecure: uri.Scheme == "http", IsMirror: true);
    }

    private static async Task<RegistryEndpoint> OfAsync(string domain, Settings settings, CancellationToken cancellation)
    {
        var https = new Uri($"https://{domain}/");
        return await IsInsecureAsync(https, domain, settings, cancellation)
            ? new RegistryEndpoint(domain, [https, new Uri($"http://{domain}/")], IsInsecure: true, IsMirror: false)
            : new RegistryEndpoint(domain, [https], IsInsecure: false, IsMirror: false);
    }

    private static async Task<bool> IsInsecureAsync(Uri uri, string domain, Settings settings, CancellationToken cancellation)
    {
        if (settings.InsecureRegistries.Contains(domain, StringComparer.OrdinalIgnoreCase))
            return true;
        IPNetwork[] networks = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), .. Networks(settings)];
        var addresses = await AddressesAsync(uri.DnsSafeHost, cancellation);
        return addresses.Any(a => networks.Any(n => n.Contains(a)));
    }

    private static IEnumerable<IPNetwork> Networks(Settings settings)
    {
        foreach (var entry in settings.InsecureRegistries)
        {
            if (IPNetwork.TryParse(entry, out var network))
                yield return network;
        }
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException)
        {
            return []; // A name that nobody knows: the request will say so, with the registry's name.
        }
    }
}
