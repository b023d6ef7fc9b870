using System.Text.RegularExpressions;

namespace Shiplog.Worker.Images.Registry;

/// <summary>A fully qualified image name, taken apart.</summary>
/// <param name="Domain">The registry: <c>docker.io</c>, <c>127.0.0.1:5000</c>.</param>
/// <param name="Path">At the registry: <c>library/busybox</c>.</param>
/// <param name="Tag"><see langword="null"/> where only a digest was given.</param>
internal sealed partial record ImageName(string Domain, string Path, string? Tag, string? Digest)
{
    public const string DockerHub = "docker.io";

    /// <summary>What to ask the registry for: the digest where there is one, since it says more than the tag.</summary>
    public string TagOrDigest => Digest ?? Tag ?? "latest";

    /// <summary>As users like to read it: <c>busybox</c>, <c>127.0.0.1:5000/busybox</c>.</summary>
    public string FamiliarRepository =>
        Domain != DockerHub ? $"{Domain}/{Path}" : Path.StartsWith("library/", StringComparison.Ordinal) ? Path[8..] : Path;

    /// <summary>As users like to read it: <c>busybox:latest</c>.</summary>
    public string Familiar => FamiliarRepository + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    public override string ToString() => $"{Domain}/{Path}{Suffix}";

    /// <summary>Reads a name that has a domain, or, as archives have them, may lack it.</summary>
    /// <returns><see langword="null"/> where it is no name in the grammar of distribution/reference.</returns>
    public static ImageName? TryParse(string text)
    {
        if (text.Length > 512 || Grammar().Match(text) is not { Success: true } match)
            return null;
        string? Part(string group) => match.Groups[group].Success ? match.Groups[group].Value : null;
        var (domain, path) = (Part("domain") ?? DockerHub, match.Groups["path"].Value);
        // Without a dot, a port or "localhost" the first component is part of the path.
        if (Part("domain") is { } first && !first.Contains('.', StringComparison.Ordinal)
            && !first.Contains(':', StringComparison.Ordinal) && first != "localhost")
            (domain, path) = (DockerHub, $"{first}/{path}");
        if (domain == "index.docker.io")
            domain = DockerHub;
        if (domain == DockerHub && !path.Contains('/', StringComparison.Ordinal))
            path = "library/" + path;
        var (tag, digest) = (Part("tag"), Part("digest"));
        return PathGrammar().IsMatch(path) && domain.Length + path.Length < 255
            ? new ImageName(domain, path, tag ?? (digest is null ? "latest" : null), digest) : null;
    }

    [GeneratedRegex(
        @"^(?:(?<domain>(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::[0-9]+)?)/)?(?<path>[a-z0-9._/-]+?)" +
        @"(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathGrammar();
}
