using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Shiplog.Domain.Images;

/// <summary>A pattern of <c>${v#p}</c>, <c>${v%p}</c> or <c>${v/p/r}</c>: <c>?</c> is any character, <c>*</c> any number of them.</summary>
internal sealed class ShellPattern
{
    // What patterns ask of a value comes from anybody, so the time that it takes must grow with the value's length only.
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly string _shortest;
    private readonly string _longest;

    private ShellPattern(string shortest, string longest) => (_shortest, _longest) = (shortest, longest);

    /// <param name="fault">Why not, in BuildKit's words: only <c>* ? \ / }</c> can be escaped.</param>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out ShellPattern? parsed, [NotNullWhen(false)] out string? fault)
    {
        (parsed, fault) = (null, null);
        var (shortest, longest) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < pattern.Length; i++)
        {
            var literal = pattern[i];
            if (literal is '*' or '?')
            {
                shortest.Append(literal == '*' ? ".*?" : ".");
                longest.Append(literal == '*' ? ".*" : ".");
                continue;
            }
            if (literal == '\\')
            {
                if (i + 1 == pattern.Length || pattern[i + 1] is not ('*' or '?' or '\\' or '/' or '}'))
                {
                    fault = $"invalid pattern ({pattern}) in substitution: invalid escape '{pattern[i..Math.Min(i + 2, pattern.Length)]}'";
                    return false;
                }
                literal = pattern[++i];
            }
            shortest.Append(Regex.Escape(literal.ToString()));
            longest.Append(Regex.Escape(literal.ToString()));
        }
        parsed = new(shortest.ToString(), longest.ToString());
        return true;
    }

    public string WithoutPrefix(string value, bool longest) =>
        Regex.Match(value, $@"\A(?:{(longest ? _longest : _shortest)})", Options) is { Success: true } match ? value[match.Length..] : value;

    // The first place from which the pattern reaches the end is its longest match; the rest that is as long as can be leaves the shortest.
    public string WithoutSuffix(string value, bool longest) => longest
        ? Regex.Match(value, $@"(?:{_longest})\z", Options) is { Success: true } match ? value[..match.Index] : value
        : Regex.Match(value, $@"\A((?:.|\n)*)(?:{_longest})\z", Options) is { Success: true } rest ? rest.Groups[1].Value : value;

    public string Replace(string value, string replacement, bool all)
    {
        var end = -1;
        return new Regex(_longest, Options).Replace(value, match =>
        {
            // Nothing, right behind a match, is no match of its own.
            var again = match.Length == 0 && match.Index == end;
            end = match.Index + match.Length;
            return again ? "" : replacement;
        }, all ? -1 : 1);
    }
}
