using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;

namespace Shiplog.Server.Builds;

/// <summary>What the query of POST /build asks for.</summary>
internal sealed record BuildRequest
{
    /// <summary>Names of the image, fully qualified.</summary>
    public required string[] References { get; init; }

    /// <summary>The Dockerfile's path in the context.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>As it is recorded.</summary>
    public required BuildOptions Options { get; init; }

    /// <summary>Values for ARG, with those that are not recorded.</summary>
    public required Dictionary<string, string> Args { get; init; }

    /// <summary>Only the image's id is told.</summary>
    public bool Quiet { get; init; }

    /// <summary>The container of a step is removed when its image is made; of one that failed it stays to be looked at.</summary>
    public bool RemoveContainers { get; init; }

    /// <summary>That of one that failed is removed, too.</summary>
    public bool ForceRemoveContainers { get; init; }

    /// <summary>What the containers of RUN are given of the host's.</summary>
    public required HostConfigBody Host { get; init; }

    /// <summary>Images whose history was to serve as cache.</summary>
    public string[] CacheFrom { get; init; } = [];

    /// <exception cref="DockerException">It asks for what makes no sense, or is not built yet.</exception>
    public static BuildRequest Read(DockerRequest request)
    {
        Refuse(request);
        // One without a value is one that the client's own environment has not.
        var args = (Json(request, "buildargs", "build args", DockerJson.Default.DictionaryStringJsonElement) ?? [])
            .Where(a => a.Value.ValueKind is not JsonValueKind.Null).ToDictionary(a => a.Key, a => a.Value.ToString());
        var platform = request.Version.AtLeast(32) ? request.Query("platform") : null;
        return new BuildRequest
        {
            References = [.. request.Queries("t").Select(Reference).Distinct()],
            Dockerfile = request.Query("dockerfile") ?? "Dockerfile",
            Args = BuildArguments.WithPlatforms(args, platform, "linux/" + HostFacts.GoArchitecture),
            Quiet = request.Flag("q"),
            RemoveContainers = request.Flag("rm", otherwise: true),
            ForceRemoveContainers = request.Flag("forcerm"),
            CacheFrom = Json(request, "cachefrom", "cache-from", DockerJson.Default.StringArray) ?? [],
            Host = HostOf(request),
            Options = new BuildOptions
            {
                Target = request.Query("target"),
                Args = BuildArguments.Kept(args),
                Labels = Json(request, "labels", "labels", DockerJson.Default.DictionaryStringString) is { Count: > 0 } labels ? labels : null,
                Remote = request.Query("remote") is { } remote and not "client-session" ? WithoutPassword(remote) : null,
                Platform = platform,
                NetworkMode = request.Query("networkmode") is { } mode and not "default" ? mode : null,
                NoCache = request.Flag("nocache"),
                Pull = request.Flag("pull"),
            },
        };
    }

    private static void Refuse(DockerRequest request)
    {
        if (request.Query("version") is { } version and not "1")
        {
            throw version is "2" ? DockerException.NotBuilt("building by BuildKit (DOCKER_BUILDKIT=0 builds by the classic builder)")
                : DockerException.Invalid($"invalid version {version}");
        }
        if (request.Flag("squash"))
            throw DockerException.Invalid("squash is not supported: it would lose the layers that say which step made what; build in stages and copy from one to another");
        if (request.Query("outputs") is { } outputs and not "[]" and not "null")
            throw DockerException.NotBuilt("outputs other than an image");
        if (request.Query("isolation") is { } isolation and not "default")
            throw DockerException.Invalid($"Unsupported isolation: \"{isolation}\"");
    }

    private static string Reference(string text)
    {
        if (!ImageReference.TryParse(text, out var reference, out var error))
            throw DockerException.Invalid($"invalid reference format: {error}");
        return reference.Digest is null ? reference.ToString() : throw DockerException.Invalid("build tag cannot contain a digest");
    }

    private static HostConfigBody HostOf(DockerRequest request) => new()
    {
        NetworkMode = request.Query("networkmode"),
        Memory = Long(request, "memory"),
        MemorySwap = Long(request, "memswap"),
        CpuShares = Long(request, "cpushares"),
        CpuPeriod = Long(request, "cpuperiod"),
        CpuQuota = Long(request, "cpuquota"),
        CpusetCpus = request.Query("cpusetcpus"),
        CpusetMems = request.Query("cpusetmems"),
        CgroupParent = request.Query("cgroupparent"),
        ShmSize = Long(request, "shmsize"),
        ExtraHosts = request.Queries("extrahosts") is [] or ["[]"] ? null : [.. request.Queries("extrahosts").SelectMany(Hosts)],
        Ulimits = Json(request, "ulimits", "ulimits", DockerJson.Default.UlimitBodyArray),
        SecurityOpt = Json(request, "securityopt", "security options", DockerJson.Default.StringArray),
    };

    // The CLI sends JSON, other clients one text for each.
    private static string[] Hosts(string text) => text.StartsWith('[') ? Parse("extrahosts", text, DockerJson.Default.StringArray) ?? [] : text.Split(',');

    private static string WithoutPassword(string remote) => Uri.TryCreate(remote, UriKind.Absolute, out var uri) && uri.UserInfo is not ""
        ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString()
        : remote;

    private static long? Long(DockerRequest request, string key) => request.Query(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw DockerException.Invalid($"{key}: {text} is not a whole number");

    private static T? Json<T>(DockerRequest request, string key, string name, JsonTypeInfo<T> type) where T : class =>
        request.Query(key) is { } text ? Parse(name, text, type) : null;

    private static T? Parse<T>(string name, string text, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException e)
        {
            throw DockerException.Invalid($"error reading {name}: {e.Message}");
        }
    }
}
