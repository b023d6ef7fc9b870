using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Images;

namespace Shiplog.Server.Engine;

/// <summary>POST /auth: asks the registry itself (Distribution v2 API, "API version check") whether it takes the credentials.</summary>
internal sealed partial class CheckCredentials(Instance instance) : IDockerEndpoint
{
    private const string Hub = "registry-1.docker.io";

    public async Task HandleAsync(DockerRequest request)
    {
        var auth = await request.ReadJsonAsync(DockerJson.Default.AuthConfig) ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        if (RegistryAuth.Of(auth) is not { } credentials)
            throw DockerException.Invalid("a user name and a password are needed");
        var registry = HostOf(auth.ServerAddress);
        try
        {
            await CheckAsync(registry, credentials, request.Cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new DockerException(500, $"Get \"{Base(registry)}\": {e.Message}");
        }
        await request.WriteJsonAsync(new AuthReply("Login Succeeded", credentials.IdentityToken ?? ""), DockerJson.Default.AuthReply);
    }

    private async Task CheckAsync(string registry, RegistryCredentials credentials, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        var url = Base(registry);
        using var ping = await SendAsync(client, url, null, cancellation);
        if (ping.StatusCode == HttpStatusCode.OK)
            return;
        if (ping.StatusCode != HttpStatusCode.Unauthorized || ping.Headers.WwwAuthenticate.FirstOrDefault() is not { } challenge)
            throw new DockerException(500, $"Get \"{url}\": the registry answered {(int)ping.StatusCode}");
        var target = challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? Token(challenge.Parameter ?? "", url, credentials) : url;
        using var answer = await SendAsync(client, target, credentials, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new DockerException(401, $"Get \"{url}\": unauthorized: incorrect username or password");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, Uri url, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, url);
        if (credentials is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")));
        }
        return await client.SendAsync(message, cancellation);
    }

    /// <summary>Where the registry has tokens made; credentials go there only over TLS, or where the registry itself is plain.</summary>
    private static Uri Token(string challenge, Uri registry, RegistryCredentials credentials)
    {
        var parameters = Parameter().Matches(challenge).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        if (!parameters.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var url) ||
            (url.Scheme != "https" && registry.Scheme == "https"))
            throw new DockerException(500, $"Get \"{registry}\": the registry names no safe place to make tokens");
        var service = parameters.GetValueOrDefault("service", "");
        return new Uri($"{url}?account={Uri.EscapeDataString(credentials.Username ?? "")}&service={Uri.EscapeDataString(service)}");
    }

    private static string HostOf(string? server)
    {
        var text = server ?? "";
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? text : text[(scheme + 3)..]).Split('/')[0];
        return host is "" or "docker.io" or "index.docker.io" ? Hub : host;
    }

    private Uri Base(string registry) => new($"{(IsInsecure(registry) ? "http" : "https")}://{registry}/v2/");

    private bool IsInsecure(string registry)
    {
        var name = registry.LastIndexOf(':') is > 0 and var colon && !registry.EndsWith(']') ? registry[..colon] : registry;
        if (instance.Settings.InsecureRegistries.Contains(registry) || name == "localhost")
            return true;
        return IPAddress.TryParse(name.Trim('[', ']'), out var address) &&
            (IPAddress.IsLoopback(address) || instance.Settings.InsecureRegistries.Any(r => IPNetwork.TryParse(r, out var network) && network.Contains(address)));
    }

    [GeneratedRegex("(\\w+)=\"([^\"]*)\"")]
    private static partial Regex Parameter();
}
