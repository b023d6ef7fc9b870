using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Shiplog.Domain.Builds;

/// <summary>
/// What a <c>.dockerignore</c> leaves out of a build's context (Docker's documentation, "Build context", ".dockerignore files"); also the patterns of
/// <c>--exclude</c>.
/// </summary>
public sealed class DockerIgnore
{
    private readonly (PathPattern Pattern, bool Takes)[] _patterns;

    private DockerIgnore((PathPattern, bool)[] patterns) => _patterns = patterns;

    /// <summary>Some pattern begins with <c>!</c>, so that files of a folder that is left out may be taken in.</summary>
    public bool HasExceptions => _patterns.Any(p => p.Takes);

    /// <summary>Reads the file.</summary>
    /// <param name="refusal">A pattern that cannot be, and its line.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DockerIgnore? ignore, [NotNullWhen(false)] out Refusal? refusal)
    {
        (ignore, refusal) = (null, null);
        var patterns = new List<(PathPattern, bool)>();
        var lines = (text.StartsWith('\uFEFF') ? text[1..] : text).Split('\n');
        for (var i = 0; i < lines.Length && refusal is null; i++)
        {
            if (lines[i].StartsWith('#'))
                continue;
            if (Read(lines[i].Trim(), patterns) is { } fault)
                refusal = new Refusal(RefusalKind.Invalid, string.Create(CultureInfo.InvariantCulture, $"error reading .dockerignore: line {i + 1}: {fault}"));
        }
        ignore = refusal is null ? new([.. patterns]) : null;
        return ignore is not null;
    }

    /// <summary>Takes patterns as they are given, as <c>--exclude</c> gives them.</summary>
    public static bool TryCreate(IEnumerable<string> texts, [NotNullWhen(true)] out DockerIgnore? ignore, [NotNullWhen(false)] out Refusal? refusal)
    {
        var patterns = new List<(PathPattern, bool)>();
        var fault = texts.Select(t => Read(t.Trim(), patterns)).FirstOrDefault(f => f is not null);
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, fault);
        ignore = fault is null ? new([.. patterns]) : null;
        return ignore is not null;
    }

    /// <summary>Is it left out? The last pattern that matches it, or a folder that it is in, says.</summary>
    /// <param name="path">From the context's root, with slashes.</param>
    public bool Excludes(string path)
    {
        var clean = PathPattern.Clean(path).TrimStart('/');
        // The context itself is never left out.
        return clean is not ("." or "") && Array.FindLast(_patterns, p => p.Pattern.MatchesOrHolds(clean)) is { Pattern: not null, Takes: false };
    }

    private static string? Read(string text, List<(PathPattern, bool)> patterns)
    {
        var takes = text.StartsWith('!');
        var path = (takes ? text[1..] : text).Trim();
        if (path is "")
            return takes ? "illegal exclusion pattern: \"!\"" : null;
        path = PathPattern.Clean(path);
        if (!PathPattern.TryParse(path.Length > 1 ? path.TrimStart('/') : path, out var pattern, out var fault))
            return $"{fault}: {text}";
        patterns.Add((pattern, takes));
        return null;
    }
}
