namespace Shiplog.Domain.Builds;

/// <summary>Values that the client gives for ARG (Dockerfile reference, "ARG").</summary>
public static class BuildArgs
{
    // A proxy's address may hold a password, and is the host's affair, not the image's.
    private static readonly HashSet<string> Predefined = new(StringComparer.Ordinal)
    {
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
    };

    /// <summary>It needs no ARG, and is in neither history nor cache key, unless the Dockerfile declares it.</summary>
    public static bool IsPredefined(string name) => Predefined.Contains(name);

    /// <summary>As they may be kept: without the values of predefined ones; <see langword="null"/> for none.</summary>
    public static Dictionary<string, string>? Kept(IReadOnlyDictionary<string, string> args) =>
        args.Count == 0 ? null : args.ToDictionary(a => a.Key, a => IsPredefined(a.Key) ? "" : a.Value);
}
