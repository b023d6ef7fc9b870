using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shiplog.Domain.Builds;

/// <summary>How a pattern is written.</summary>
internal sealed partial class PathPattern
{
    /// <summary>Without empty and <c>.</c> parts, <c>..</c> resolved as far as can be told; <c>.</c> for nothing (Go's <c>path.Clean</c>).</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "..")
            {
                if (parts is [.., not ".."])
                    parts.RemoveAt(parts.Count - 1);
                else if (!path.StartsWith('/'))
                    parts.Add(part);
            }
            else if (part is not ".")
                parts.Add(part);
        }
        return (path.StartsWith('/') ? "/" : "") + string.Join('/', parts) is { Length: > 0 } clean ? clean : ".";
    }

    /// <param name="pattern">Clean.</param>
    /// <param name="fault">Go's words for a class or an escape that is open.</param>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out PathPattern? parsed, [NotNullWhen(false)] out string? fault)
    {
        var text = pattern.EnumerateRunes().ToArray();
        var parts = new List<Part>();
        (parsed, fault) = (null, null);
        for (var at = 0; at < text.Length;)
        {
            if (Next(text, ref at, parts.Count == 0) is not { } part)
            {
                fault = "syntax error in pattern";
                return false;
            }
            parts.Add(part);
        }
        parsed = new PathPattern([.. parts]);
        return true;
    }

    private static Part? Next(Rune[] text, ref int at, bool first)
    {
        var c = text[at++];
        switch (c.Value)
        {
            case '*' when at < text.Length && text[at].Value == '*':
                return Stars(text, ref at, first);
            case '*':
                return new(Kind.Star, [], false);
            case '?':
                return new(Kind.Any, [], false);
            case '[':
                return Class(text, ref at);
            case '\\' when at == text.Length:
                return null;
            case '\\':
                c = text[at++];
                break;
        }
        return new(Kind.Class, [(c, c)], false);
    }

    /// <summary><c>**</c>, with the slash behind it.</summary>
    private static Part Stars(Rune[] text, ref int at, bool first)
    {
        at++;
        var slash = at < text.Length && text[at].Value == '/';
        if (slash)
            at++;
        var rest = text.AsSpan(at);
        var plain = first && !slash && !rest.ContainsAny([new('*'), new('?'), new('['), new(']'), new('\\')]);
        // At the end it is anything. In front of a plain word without a slash it is too: **.go is whatever ends with .go.
        return new(at == text.Length || plain ? Kind.All : Kind.Folders, [], false);
    }

    private static Part? Class(Rune[] text, ref int at)
    {
        var negated = at < text.Length && text[at].Value == '^';
        if (negated)
            at++;
        var ranges = new List<(Rune, Rune)>();
        while (true)
        {
            if (at < text.Length && text[at].Value == ']' && ranges.Count > 0)
            {
                at++;
                return new(Kind.Class, [.. ranges], negated);
            }
            if (Character(text, ref at) is not { } from)
                return null;
            var to = from;
            if (at < text.Length && text[at].Value == '-')
            {
                at++;
                if (Character(text, ref at) is not { } end)
                    return null;
                to = end;
            }
            ranges.Add((from, to));
        }
    }

    private static Rune? Character(Rune[] text, ref int at)
    {
        if (at == text.Length || text[at].Value is '-' or ']')
            return null;
        if (text[at].Value == '\\' && ++at == text.Length)
            return null;
        return text[at++];
    }
}
