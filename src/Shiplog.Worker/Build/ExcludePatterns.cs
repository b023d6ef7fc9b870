using System.Text;
using System.Text.RegularExpressions;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>
/// What of the sources is not copied, by patterns as .dockerignore has them: <c>*</c> and <c>?</c> within a name, <c>**</c> over any number
/// of folders, <c>!</c> before one that takes back what an earlier one said. What is in an excluded folder is excluded with it.
/// </summary>
internal sealed class ExcludePatterns
{
    private readonly (Regex Pattern, bool TakesBack)[] _patterns;

    /// <exception cref="FormatException">A pattern is broken.</exception>
    public ExcludePatterns(IEnumerable<string> patterns) =>
        _patterns = [.. patterns.Select(p => p.Trim()).Where(p => p.Length > 0).Select(Read)];

    /// <summary>Whether something is copied. A folder is, too, where something in it has been taken back.</summary>
    /// <param name="path">In the destination, relative.</param>
    public bool Takes(UnionDirectory folder, byte[] name, byte[] path, FileKind kind)
    {
        if (_patterns.Length == 0 || !IsExcluded(path))
            return true;
        return kind == FileKind.Directory && _patterns.Any(p => p.TakesBack) && TakesSomethingIn(folder, name, path);
    }

    internal bool IsExcluded(ReadOnlySpan<byte> path)
    {
        var text = Encoding.UTF8.GetString(path);
        var excluded = false;
        foreach (var (pattern, takesBack) in _patterns)
        {
            if (excluded == takesBack && MatchesWithParents(pattern, text))
                excluded = !takesBack;
        }
        return excluded;
    }

    private bool TakesSomethingIn(UnionDirectory folder, byte[] name, byte[] path)
    {
        using var inside = folder.Enter(name);
        return inside.AllNames().Any(n => inside.Look(n, out _) is { } status && Takes(inside, n, LayerPath.Append(path, n), status.Kind));
    }

    private static bool MatchesWithParents(Regex pattern, string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
        {
            if (pattern.IsMatch(path.AsSpan(0, end)))
                return true;
        }
        return pattern.IsMatch(path);
    }

    private static (Regex, bool) Read(string pattern)
    {
        var takesBack = pattern[0] == '!';
        var path = takesBack ? pattern[1..] : pattern;
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        if (parts.Count == 0)
            throw new FormatException($"illegal exclusion pattern: \"{pattern}\"");
        // No pattern takes longer than the path is long.
        const RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;
        return (new Regex(Expression(string.Join('/', parts), pattern), options), takesBack);
    }

    private static string Expression(string path, string pattern)
    {
        var expression = new StringBuilder("^");
        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '*' when i + 1 < path.Length && path[i + 1] == '*':
                    i++;
                    if (i + 1 < path.Length && path[i + 1] == '/')
                        i++;
                    expression.Append(i + 1 == path.Length ? ".*" : "(.*/)?");
                    break;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '[':
                    expression.Append(Class(path, ref i, pattern));
                    break;
                case '\\' when ++i == path.Length:
                    throw new FormatException($"syntax error in pattern: {pattern}");
                default:
                    expression.Append(Regex.Escape(path[i].ToString()));
                    break;
            }
        }
        // Regex's own $ lets a line end be, which a name may have.
        return expression.Append("\\z").ToString();
    }

    private static string Class(string path, ref int at, string pattern)
    {
        var end = path.IndexOf(']', Math.Min(at + (at + 1 < path.Length && path[at + 1] == '^' ? 3 : 2), path.Length));
        if (end < 0)
            throw new FormatException($"syntax error in pattern: {pattern}");
        var inside = path[(at + 1)..end];
        at = end;
        // An opening bracket means something to .NET there that it does not mean to Go.
        return "[" + inside.Replace("[", "\\[", StringComparison.Ordinal) + "]";
    }
}
