using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shiplog.Domain.Builds;

/// <summary>
/// A pattern of paths: Go's <c>filepath.Match</c> (<c>*</c> and <c>?</c> stay in their folder, <c>[a-z]</c>, <c>\</c>), and <c>**</c> for any number of folders.
/// </summary>
internal sealed class PathPattern
{
    private enum Kind
    {
        /// <summary>A character of a class, negated or not; a literal is a class of one.</summary>
        Class,

        /// <summary>Any character but a slash.</summary>
        Any,

        /// <summary>Any number of those.</summary>
        Star,

        /// <summary>Any number of any characters.</summary>
        All,

        /// <summary>Nothing, or anything up to and with a slash.</summary>
        Folders,
    }

    private sealed record Part(Kind Kind, (Rune From, Rune To)[] Ranges, bool Negated)
    {
        public bool IsLiteral => Kind is Kind.Class && !Negated && Ranges is [var only] && only.From == only.To;

        public bool CanBeNothing => Kind is Kind.Star or Kind.All or Kind.Folders;

        public bool Takes(Rune c) => Kind is Kind.Any ? c.Value != '/' : Ranges.Any(r => r.From <= c && c <= r.To) != Negated;
    }

    // With more places than this at which a pattern can be, they do not go on the stack.
    private const int FewPlaces = 512;

    private readonly Part[] _parts;
    private readonly string? _plain;

    private PathPattern(Part[] parts)
    {
        _parts = parts;
        _plain = parts.All(p => p.IsLiteral) ? string.Concat(parts.Select(p => p.Ranges[0].From.ToString())) : null;
    }

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

    /// <summary>Does it match the path, or a folder above it?</summary>
    /// <param name="path">Clean, and not absolute.</param>
    public bool MatchesOrHolds(string path)
    {
        if (_plain is not null)
            return path.StartsWith(_plain, StringComparison.Ordinal) && (path.Length == _plain.Length || path[_plain.Length] == '/');
        // All places of the pattern at which one can be, a character of the path at a time: the time that it takes does not depend on luck.
        var count = _parts.Length + 1;
        var places = count > FewPlaces ? new bool[count] : stackalloc bool[count];
        var next = count > FewPlaces ? new bool[count] : stackalloc bool[count];
        Enter(places, 0);
        foreach (var c in path.EnumerateRunes())
        {
            if (c.Value == '/' && places[^1])
                return true;
            next.Clear();
            for (var i = 0; i < _parts.Length; i++)
            {
                if (places[i])
                    Step(next, i, c);
            }
            next.CopyTo(places);
        }
        return places[^1];
    }

    private void Step(Span<bool> next, int place, Rune c)
    {
        switch (_parts[place].Kind)
        {
            case Kind.Star when c.Value != '/':
            case Kind.All:
                Enter(next, place);
                break;
            case Kind.Folders:
                // Once inside, only a slash leads out again.
                next[place] = true;
                if (c.Value == '/')
                    Enter(next, place + 1);
                break;
            case Kind.Class or Kind.Any when _parts[place].Takes(c):
                Enter(next, place + 1);
                break;
        }
    }

    /// <summary>Being at a part that can be nothing is being behind it as well.</summary>
    private void Enter(Span<bool> places, int place)
    {
        places[place] = true;
        while (place < _parts.Length && _parts[place].CanBeNothing)
            places[++place] = true;
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
