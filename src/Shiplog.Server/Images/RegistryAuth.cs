using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Images;

/// <summary>The header <c>X-Registry-Auth</c>: JSON in base64url. It never enters the log.</summary>
internal static class RegistryAuth
{
    /// <summary>The credentials; <see langword="null"/> where there are none, or where they cannot be read, as in dockerd.</summary>
    public static RegistryCredentials? Of(HttpRequest request)
    {
        if (request.Headers["X-Registry-Auth"] is not [{ Length: > 0 } header, ..])
            return null;
        try
        {
            return Of(JsonSerializer.Deserialize(Decode(header), DockerJson.Default.AuthConfig));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Of the header <c>X-Registry-Config</c>, which has those of several registries: of this one.</summary>
    /// <returns><see langword="null"/> where there are none, or where they cannot be read.</returns>
    public static RegistryCredentials? OfConfig(HttpRequest request, string domain)
    {
        if (request.Headers["X-Registry-Config"] is not [{ Length: > 0 } header, ..])
            return null;
        try
        {
            var all = JsonSerializer.Deserialize(Decode(header), DockerJson.Default.DictionaryStringAuthConfig) ?? [];
            return Of(all.GetValueOrDefault(domain) ?? (domain is ImageReference.DefaultDomain ? all.GetValueOrDefault("https://index.docker.io/v1/") : null));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Name and password may come as one, <c>auth</c>.</summary>
    public static RegistryCredentials? Of(AuthConfig? auth)
    {
        if (auth is { Auth: { Length: > 0 } both, Username: null or "" } &&
            Encoding.UTF8.GetString(Convert.FromBase64String(both)) is var text && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
            return new RegistryCredentials(text[..colon], text[(colon + 1)..], null);
        return auth is { Username: { Length: > 0 } } or { IdentityToken: { Length: > 0 } }
            ? new RegistryCredentials(auth.Username, auth.Password, auth.IdentityToken is "" ? null : auth.IdentityToken)
            : null;
    }

    private static byte[] Decode(string base64Url)
    {
        var text = base64Url.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
