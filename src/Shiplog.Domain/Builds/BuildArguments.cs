using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>One name that ARG declares, with the value that it has where the build is given none; not expanded.</summary>
public sealed record BuildArgument(string Name, string? Default);

/// <summary>What ARG declares, and what a build is given for it (Dockerfile reference, "ARG").</summary>
public static class BuildArguments
{
    private static readonly string[] OfPlatforms =
        ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"];

    // A proxy's address may hold a password, and is the host's affair, not the image's.
    private static readonly HashSet<string> Proxies = new(StringComparer.Ordinal)
    {
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
    };

    /// <summary>It needs no ARG, and is in neither history nor cache key, unless the Dockerfile declares it.</summary>
    public static bool IsProxy(string name) => Proxies.Contains(name);

    /// <summary>Nobody need declare it: a proxy, or what tells of the platforms.</summary>
    public static bool IsPredefined(string name) => IsProxy(name) || OfPlatforms.Contains(name);

    /// <summary>As they may be kept: without the values of proxies; <see langword="null"/> for none.</summary>
    public static Dictionary<string, string>? Kept(IReadOnlyDictionary<string, string> args) =>
        args.Count == 0 ? null : args.ToDictionary(a => a.Key, a => IsProxy(a.Key) ? "" : a.Value);

    /// <summary>What is given, with what tells of the platforms (Dockerfile reference, "Automatic platform ARGs").</summary>
    /// <param name="target">What the image is to run on, <c>linux/arm64/v8</c>; <see langword="null"/> for this host.</param>
    /// <param name="host">This host: <c>linux/amd64</c>.</param>
    public static Dictionary<string, string> WithPlatforms(IReadOnlyDictionary<string, string> given, string? target, string host)
    {
        var all = new Dictionary<string, string>();
        foreach (var (prefix, platform) in ((string, string)[])[("BUILD", host), ("TARGET", target ?? host)])
        {
            var parts = platform.Split('/');
            (all[prefix + "PLATFORM"], all[prefix + "OS"]) = (platform, parts[0]);
            (all[prefix + "ARCH"], all[prefix + "VARIANT"]) = (parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "");
        }
        foreach (var (name, value) in given)
            all[name] = value;
        return all;
    }

    /// <summary>The names of one instruction, in its order.</summary>
    public static BuildArgument[] Of(Instruction arg, char escape) =>
        [.. Words.Split(arg.Rest, escape).Select(w => w.Split('=', 2)).Select(w => new BuildArgument(w[0], w is [_, var value] ? value : null))];

    /// <summary>
    /// What FROM knows: of what the build is given the names that are declared before the first FROM, and the platforms, which need no
    /// declaration; else the defaults.
    /// </summary>
    /// <param name="given">By the build's caller.</param>
    /// <param name="fault">A default cannot be expanded; in BuildKit's words, with the line.</param>
    internal static Dictionary<string, string> Global(Instruction[] metaArgs, IReadOnlyDictionary<string, string> given, char escape, out string? fault)
    {
        fault = null;
        var known = given.Where(g => OfPlatforms.Contains(g.Key)).ToDictionary();
        foreach (var (instruction, argument) in metaArgs.SelectMany(m => Of(m, escape).Select(a => (m, a))))
        {
            if (!given.TryGetValue(argument.Name, out var value))
            {
                if (argument.Default is null)
                    continue;
                if (!Words.TryExpand(argument.Default, known.GetValueOrDefault, escape, out value, out var wrong))
                    fault ??= Dockerfile.OnLine(instruction.Line, wrong);
            }
            known[argument.Name] = value;
        }
        return known;
    }
}
