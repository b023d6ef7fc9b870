using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images.Registry;

/// <summary>
/// Answers a registry's challenge: basic, or a token fetched from the realm that it names (distribution, "Token Authentication
/// Specification"). Credentials go to the registry itself and to a realm of its own domain, nowhere else.
/// </summary>
internal sealed class RegistryAuthorization(RegistryHttp http, RegistryEndpoint endpoint, string[] scopes, RegistryCredentials? credentials)
{
    private const int MaximalTokenAnswer = 1 << 20;

    private readonly RegistryCredentials? _credentials = endpoint.IsMirror ? null : credentials;

    /// <summary>For requests to the registry; <see langword="null"/> where it has not asked for any.</summary>
    public AuthenticationHeaderValue? Header { get; private set; }

    /// <summary>Gets what the challenge asks for.</summary>
    /// <returns><see langword="false"/> where there is nothing to answer with.</returns>
    public async Task<bool> AnswerAsync(HttpResponseMessage unauthorized, Uri registry, CancellationToken cancellation)
    {
        foreach (var challenge in unauthorized.Headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                Header = new AuthenticationHeaderValue("Bearer", await TokenAsync(Parameters(challenge.Parameter), registry, cancellation));
                return true;
            }
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && BasicHeader() is { } basic)
            {
                Header = basic;
                return true;
            }
        }
        return false;
    }

    private AuthenticationHeaderValue? BasicHeader() => _credentials is { Username: { Length: > 0 } user, Password: { } password }
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")))
        : null;

    private async Task<string> TokenAsync(Dictionary<string, string> challenge, Uri registry, CancellationToken cancellation)
    {
        if (!challenge.TryGetValue("realm", out var text) || !Uri.TryCreate(text, UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
            throw new RegistryException(FailureKind.Unavailable, $"registry {endpoint.Host} asks for a token but names no address to get it from");
        if (_credentials is not null && !MayTrust(realm, registry))
            throw new RegistryException(
                FailureKind.Unauthorized,
                $"registry {endpoint.Host} wants the credentials sent to {realm.Authority}, which is not of its domain; "
                + $"they were not sent: log out of {endpoint.Host} to try without");
        using var request = TokenRequest(realm, challenge);
        using var response = await http.SendAsync(request, endpoint.IsInsecure, cancellation);
        if (!response.IsSuccessStatusCode)
            throw Refused(realm, response.StatusCode);
        var body = await RegistryClient.ReadLimitedAsync(response, MaximalTokenAnswer, "token", cancellation);
        return Token(body) ?? throw new RegistryException(
            FailureKind.Unavailable, $"{realm.Authority} answered registry {endpoint.Host}'s challenge without a token");
    }

    private HttpRequestMessage TokenRequest(Uri realm, Dictionary<string, string> challenge)
    {
        var service = challenge.GetValueOrDefault("service", "");
        // The registry's own idea of the scope is not followed: nothing more than this is needed.
        if (_credentials?.IdentityToken is { Length: > 0 } refresh)
        {
            return new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["service"] = service,
                    ["scope"] = string.Join(' ', scopes),
                    ["client_id"] = "shiplog",
                    ["refresh_token"] = refresh,
                }),
            };
        }
        var query = $"service={Uri.EscapeDataString(service)}{string.Concat(scopes.Select(s => "&scope=" + Uri.EscapeDataString(s)))}";
        var request = new HttpRequestMessage(
            HttpMethod.Get, new UriBuilder(realm) { Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query}" : query }.Uri);
        request.Headers.Authorization = BasicHeader();
        return request;
    }

    private RegistryException Refused(Uri realm, HttpStatusCode status) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? _credentials is null
            ? new RegistryException(FailureKind.NotFound, "denied: requested access to the resource is denied")
            : new RegistryException(
                FailureKind.Unauthorized, $"unauthorized: {realm.Authority} refused the credentials for {endpoint.Host}; use 'docker login {endpoint.Host}'")
        : new RegistryException(FailureKind.Unavailable, $"{realm.Authority} answered {(int)status} when asked for a token for registry {endpoint.Host}");

    /// <summary>The same host, its parent domain, or another host below either; and never by plain HTTP what came by HTTPS.</summary>
    internal static bool MayTrust(Uri realm, Uri registry)
    {
        if (registry.Scheme == "https" && realm.Scheme != "https")
            return false;
        var (asked, known) = (realm.IdnHost.TrimEnd('.').ToLowerInvariant(), registry.IdnHost.TrimEnd('.').ToLowerInvariant());
        if (asked == known)
            return true;
        if (realm.HostNameType != UriHostNameType.Dns || registry.HostNameType != UriHostNameType.Dns)
            return false;
        var dot = known.IndexOf('.', StringComparison.Ordinal);
        var parent = dot < 0 ? "" : known[(dot + 1)..];
        return asked.EndsWith("." + known, StringComparison.Ordinal)
            || (IsOwned(parent) && (asked == parent || asked.EndsWith("." + parent, StringComparison.Ordinal)));
    }

    // A domain that one party registers: at least two labels, three below the likes of co.uk.
    private static bool IsOwned(string domain)
    {
        var labels = domain.Split('.');
        var isPublic = labels.Length == 2 && labels[1].Length == 2 && labels[0] is "co" or "com" or "net" or "org" or "gov" or "edu" or "ac";
        return labels.Length >= 2 && !isPublic;
    }

    private static string? Token(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            foreach (var name in (string[])["token", "access_token"])
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
                    && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } token
                    && !token.AsSpan().ContainsAnyInRange('\0', ' '))
                    return token;
            }
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // key="value" pairs; a value may hold commas.
    private static Dictionary<string, string> Parameters(string? text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = text.AsSpan();
        while (rest.IndexOf('=') is > 0 and var equals)
        {
            var key = rest[..equals].Trim(" ,").ToString();
            rest = rest[(equals + 1)..];
            var isQuoted = rest is ['"', ..];
            rest = isQuoted ? rest[1..] : rest;
            var end = rest.IndexOf(isQuoted ? '"' : ',');
            parameters[key] = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return parameters;
    }
}
