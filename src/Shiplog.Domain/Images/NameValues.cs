using System.Diagnostics.CodeAnalysis;

namespace Shiplog.Domain.Images;

/// <summary>The arguments of ENV and LABEL: <c>name=value …</c>, or the older <c>name value</c>; not expanded.</summary>
internal static class NameValues
{
    /// <param name="keyword">For the message.</param>
    /// <param name="fault">Why not, in Docker's words.</param>
    public static bool TryRead(string keyword, string rest, char escape, out (string Name, string Value)[] pairs, [NotNullWhen(false)] out string? fault)
    {
        (pairs, fault) = ([], null);
        var words = Words.Split(rest, escape);
        if (words is [])
            fault = $"{keyword} requires at least one argument";
        else if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            // The older form: a name, a blank, and all the rest is the value.
            var blank = rest.AsSpan().IndexOfAny(" \t\v\f\r");
            if (blank < 0)
                fault = $"{keyword} must have two arguments";
            else
                pairs = [(rest[..blank], rest[blank..].Trim())];
        }
        else if (words.Find(w => !w.Contains('=', StringComparison.Ordinal)) is { } word)
            fault = $"Syntax error - can't find = in {Words.Quoted(word)}. Must be of the form: name=value";
        else if (words.Exists(w => w[0] == '='))
            fault = $"{keyword} names can not be blank";
        else
            pairs = [.. words.Select(w => w.Split('=', 2)).Select(w => (w[0], w[1]))];
        return fault is null;
    }
}
