using System.Text;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>
/// A source as COPY and ADD name it: a path, cleaned and taken from the root, perhaps with wildcards that stand for names of one folder
/// (Go's filepath.Match: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c>, <c>\</c> before one that stands for itself).
/// </summary>
/// <param name="Parts">Without empty ones, <c>.</c> and <c>..</c>.</param>
/// <param name="Pivot">How many of them are not made in the destination by <c>--parents</c>: those before <c>/./</c>.</param>
internal sealed record SourcePattern(string[] Parts, int Pivot)
{
    private const string AnyDepth = "**";

    public bool HasWildcards => Parts.Any(IsWildcard);

    /// <exception cref="FormatException">It is no path.</exception>
    public static SourcePattern Parse(string text)
    {
        Check(text);
        var pivot = text.IndexOf("/./", StringComparison.Ordinal);
        return new SourcePattern(Clean(text), pivot < 0 ? 0 : Clean(text[..pivot]).Length);
    }

    /// <exception cref="FormatException">No file can have this path.</exception>
    public static void Check(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new FormatException("a path cannot hold a NUL character");
        if (Encoding.UTF8.GetByteCount(path) is >= FileCalls.PathMax and var length)
            throw new FormatException($"a path has {length} bytes, more than the {FileCalls.PathMax - 1} that Linux takes");
    }

    /// <summary>The paths that it stands for, in the order of their names' bytes. Links are followed before the first wildcard only.</summary>
    /// <param name="anyDepth">Whether <c>**</c> stands for any number of folders.</param>
    /// <exception cref="FormatException">A wildcard is not finished.</exception>
    public List<byte[][]> Expand(SourceTree tree, bool anyDepth)
    {
        var fixedParts = Parts.TakeWhile(p => !IsWildcard(p)).Select(Encoding.UTF8.GetBytes).ToArray();
        var found = new List<byte[][]>();
        if (tree.Find(fixedParts) is { Status.Kind: FileKind.Directory } folder)
        {
            using var start = tree.Open(folder.Path);
            Expand(start, fixedParts, Parts.AsSpan(fixedParts.Length), anyDepth, found);
        }
        // There may be several ways to one place: a/**/**/b.
        return anyDepth ? [.. found.DistinctBy(path => Encoding.Latin1.GetString(LayerPath.Join([.. path])))] : found;
    }

    private static void Expand(UnionDirectory folder, byte[][] path, ReadOnlySpan<string> rest, bool anyDepth, List<byte[][]> found)
    {
        var spansFolders = anyDepth && rest[0] == AnyDepth;
        if (spansFolders && rest.Length > 1)
            Expand(folder, path, rest[1..], anyDepth, found);
        foreach (var name in folder.AllNames())
        {
            if (!spansFolders && !Matches(rest[0], Encoding.UTF8.GetString(name)))
                continue;
            byte[][] here = [.. path, name];
            if (rest.Length == 1)
                found.Add(here);
            else if (folder.Look(name, out _) is { Kind: FileKind.Directory })
                Below(folder, name, here, spansFolders ? rest : rest[1..], anyDepth, found);
        }
    }

    private static void Below(UnionDirectory folder, byte[] name, byte[][] path, ReadOnlySpan<string> rest, bool anyDepth, List<byte[][]> found)
    {
        using var below = folder.Enter(name);
        Expand(below, path, rest, anyDepth, found);
    }

    /// <summary>Whether a name is one of those that the pattern stands for, as Go's path.Match tells.</summary>
    /// <exception cref="FormatException">The pattern is not finished.</exception>
    internal static bool Matches(string pattern, string name)
    {
        var (at, here) = (0, 0);
        var (starAt, starHere) = (-1, 0);
        while (here < name.Length || at < pattern.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (starAt, starHere) = (at++, here);
                continue;
            }
            if (at < pattern.Length && here < name.Length && MatchesOne(pattern, ref at, name, ref here))
                continue;
            if (starAt < 0 || starHere >= name.Length)
                return Finish(pattern, at);
            // The last star takes one character more.
            (at, here) = (starAt + 1, ++starHere);
        }
        return true;
    }

    private static bool MatchesOne(string pattern, ref int at, string name, ref int here)
    {
        // Both halves of a character outside the basic plane are one to a wildcard.
        var (character, width) = CharacterAt(name, here);
        var next = at;
        bool matches;
        switch (pattern[at])
        {
            case '?':
                (matches, next) = (true, at + 1);
                break;
            case '[':
                matches = InClass(pattern, ref next, character);
                break;
            default:
                if (pattern[at] == '\\' && ++next == pattern.Length)
                    throw Unfinished(pattern);
                (matches, next, width) = (pattern[next] == name[here], next + 1, 1);
                break;
        }
        if (matches)
            (at, here) = (next, here + width);
        return matches;
    }

    private static bool InClass(string pattern, ref int at, int character)
    {
        at++;
        var negated = at < pattern.Length && pattern[at] == '^';
        if (negated)
            at++;
        var found = false;
        for (var isFirst = true; at < pattern.Length && (isFirst || pattern[at] != ']'); isFirst = false)
        {
            var low = ClassCharacter(pattern, ref at);
            var high = low;
            if (at < pattern.Length && pattern[at] == '-')
            {
                at++;
                high = ClassCharacter(pattern, ref at);
            }
            found |= low <= character && character <= high;
        }
        if (at++ >= pattern.Length)
            throw Unfinished(pattern);
        return found != negated;
    }

    private static int ClassCharacter(string pattern, ref int at)
    {
        if (at < pattern.Length && pattern[at] == '\\')
            at++;
        else if (at < pattern.Length && pattern[at] is '-' or ']')
            throw Unfinished(pattern);
        if (at >= pattern.Length)
            throw Unfinished(pattern);
        var (character, width) = CharacterAt(pattern, at);
        at += width;
        return character;
    }

    private static (int Character, int Width) CharacterAt(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text, at) ? (char.ConvertToUtf32(text, at), 2) : (text[at], 1);

    // What was not reached may be broken all the same; an error then, and not silence.
    private static bool Finish(string pattern, int at)
    {
        while (at < pattern.Length)
        {
            if (pattern[at] == '[')
                InClass(pattern, ref at, 0);
            else if (pattern[at++] == '\\' && at++ == pattern.Length)
                throw Unfinished(pattern);
        }
        return false;
    }

    private static FormatException Unfinished(string pattern) => new($"syntax error in pattern: {pattern}");

    private static bool IsWildcard(string part)
    {
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] == '\\')
                i++;
            else if (part[i] is '*' or '?' or '[')
                return true;
        }
        return false;
    }

    private static string[] Clean(string text)
    {
        var parts = new List<string>();
        foreach (var part in text.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        return [.. parts];
    }
}
