using System.Text;

namespace Shiplog.Domain.Builds;

/// <summary>
/// A pattern of paths: Go's <c>filepath.Match</c> (<c>*</c> and <c>?</c> stay in their folder, <c>[a-z]</c>, <c>\</c>), and <c>**</c> for any number of folders.
/// </summary>
internal sealed partial class PathPattern
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
}
