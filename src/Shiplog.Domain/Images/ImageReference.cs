using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Shiplog.Domain.Images;

/// <summary>
/// An image's name in the grammar of the distribution project (distribution/reference, "Grammar"): a registry, a path, and
/// a tag or a digest. Parsed from what users write; <see cref="ToString"/> is fully qualified.
/// </summary>
/// <param name="Domain">The registry: <c>docker.io</c>, <c>127.0.0.1:5000</c>.</param>
/// <param name="Path">At the registry: <c>library/busybox</c>.</param>
/// <param name="Tag"><c>latest</c> where neither tag nor digest was given.</param>
/// <param name="Digest"><c>sha256:…</c></param>
public sealed partial record ImageReference(string Domain, string Path, string? Tag, string? Digest)
{
    /// <summary>Where a name without a registry is.</summary>
    public const string DefaultDomain = "docker.io";

    /// <summary>Domain and path: <c>docker.io/library/busybox</c>.</summary>
    public string Repository => $"{Domain}/{Path}";

    /// <summary>As users like to read it: <c>busybox:latest</c>, <c>127.0.0.1:5000/busybox:latest</c>.</summary>
    public string Familiar => FamiliarRepository + Suffix;

    /// <summary>As users like to read it, without tag and digest.</summary>
    public string FamiliarRepository
    {
        get
        {
            if (Domain != DefaultDomain)
                return Repository;
            var familiar = Path.StartsWith("library/", StringComparison.Ordinal) ? Path[8..] : Path;
            // What would read as another registry or another path keeps its domain: the short form must name the same image.
            return Qualify(familiar) == (Domain, Path) ? familiar : Repository;
        }
    }

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Fully qualified: <c>docker.io/library/busybox:latest</c>.</summary>
    public override string ToString() => Repository + Suffix;

    /// <summary>Parses a name known to be good.</summary>
    /// <exception cref="FormatException">It is not a reference.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new FormatException(error);

    /// <summary>Parses what a user wrote.</summary>
    /// <param name="error">Docker's own sentence where it is not a reference.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = null;
        error = null;
        if (HexId().IsMatch(text))
            error = $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings";
        else if (Grammar().Match(text) is not { Success: true } m)
            error = text.Length > 0 && Grammar().IsMatch(text.ToLowerInvariant())
                ? $"invalid reference format: repository name ({text}) must be lowercase"
                : "invalid reference format";
        else
            reference = Qualify(m);
        if (reference is { } r && r.Repository.Length > 255)
        {
            reference = null;
            error = "invalid reference format: repository name must not be more than 255 characters";
        }
        return reference is not null;
    }

    private static ImageReference Qualify(Match m)
    {
        var (domain, path) = Qualify(m.Groups["name"].Value);
        string? tag = m.Groups["tag"].Success ? m.Groups["tag"].Value : null, digest = m.Groups["digest"].Success ? m.Groups["digest"].Value : null;
        return new ImageReference(domain, path, tag is null && digest is null ? "latest" : tag, digest);
    }

    private static (string Domain, string Path) Qualify(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var hasDomain = first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var domain = hasDomain ? first : DefaultDomain;
        var path = hasDomain ? name[(slash + 1)..] : name;
        if (domain == "index.docker.io")
            domain = DefaultDomain;
        if (domain == DefaultDomain && !path.Contains('/', StringComparison.Ordinal))
            path = "library/" + path;
        return (domain, path);
    }

    [GeneratedRegex(@"^[a-f0-9]{64}\z")]
    private static partial Regex HexId();

    // An optional domain, path components of [a-z0-9] joined by one of . _ __ or any number of -, a tag, a digest.
    [GeneratedRegex(
        @"^(?<name>(?:(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?" +
        @"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)" +
        @"(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
