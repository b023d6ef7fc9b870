using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shiplog.Cli;

/// <summary>
/// Where an engine listens, as the docker CLI decides it: <c>--host</c>, <c>--context</c>, <c>DOCKER_HOST</c>,
/// <c>DOCKER_CONTEXT</c>, the current context. Where nothing says anything, Shiplog's own socket goes before Docker's.
/// </summary>
internal static class DockerEndpoint
{
    private const string OwnSocket = "/run/shiplog/docker.sock";
    private const string DockersSocket = "/var/run/docker.sock";

    /// <param name="environment">A variable's value.</param>
    /// <param name="exists">Whether there is a file of this name.</param>
    /// <exception cref="CliException">The context is not known, or its address is of a kind that cannot be asked.</exception>
    public static Uri Resolve(
        string? host, string? context, string? config, Func<string, string?> environment, Func<string, bool> exists)
    {
        if (NotEmpty(host) is { } named)
            return Parse(named);
        var folder = NotEmpty(config) ?? NotEmpty(environment("DOCKER_CONFIG")) ?? Path.Combine(environment("HOME") ?? "/", ".docker");
        if (NotEmpty(context) is { } chosen)
            return OfContext(folder, chosen, exists);
        if (NotEmpty(environment("DOCKER_HOST")) is { } variable)
            return Parse(variable);
        if ((NotEmpty(environment("DOCKER_CONTEXT")) ?? CurrentContext(folder, exists)) is { } current)
            return OfContext(folder, current, exists);
        return Parse("unix://" + (exists(OwnSocket) ? OwnSocket : DockersSocket));
    }

    private static Uri OfContext(string folder, string context, Func<string, bool> exists)
    {
        if (context == "default")
            return Parse("unix://" + (exists(OwnSocket) ? OwnSocket : DockersSocket));
        // The docker CLI keeps a context under the digest of its name.
        var file = Path.Combine(folder, "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context))), "meta.json");
        if (!exists(file))
            throw new CliException($"context \"{context}\" does not exist; docker context ls shows those that do");
        using var meta = Read(file);
        return meta.RootElement.TryGetProperty("Endpoints", out var endpoints) && endpoints.TryGetProperty("docker", out var docker)
            && docker.TryGetProperty("Host", out var host) && host.GetString() is { Length: > 0 } address
            ? Parse(address)
            : throw new CliException($"context \"{context}\" has no address of an engine; docker context inspect {context} shows it");
    }

    private static string? CurrentContext(string folder, Func<string, bool> exists)
    {
        var file = Path.Combine(folder, "config.json");
        if (!exists(file))
            return null;
        using var config = Read(file);
        return config.RootElement.TryGetProperty("currentContext", out var current) ? NotEmpty(current.GetString()) : null;
    }

    private static JsonDocument Read(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static Uri Parse(string address) =>
        Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "tcp://" + address, UriKind.Absolute, out var uri)
        && uri.Scheme is "unix" or "tcp" or "http"
            ? uri
            : throw new CliException($"{address} cannot be asked: give a unix socket (unix:///run/shiplog/docker.sock) or an address (tcp://127.0.0.1:8080)");

    private static string? NotEmpty(string? text) => text is "" ? null : text;
}
