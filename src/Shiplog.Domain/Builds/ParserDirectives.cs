using System.Text.RegularExpressions;

namespace Shiplog.Domain.Builds;

/// <summary>
/// <c># escape=`</c>, <c># syntax=…</c>, <c># check=…</c> at the top of a Dockerfile (Dockerfile reference, "Parser directives"): the first line
/// that is none of them ends them, and what looks like one after that is a comment.
/// </summary>
internal sealed partial class ParserDirectives
{
    private readonly Dictionary<string, string> _values = [];
    private bool _done;

    /// <summary>A backslash where nothing else is said.</summary>
    public char Escape { get; private set; } = '\\';

    public string? Syntax => _values.GetValueOrDefault("syntax");

    public string? Check => _values.GetValueOrDefault("check");

    /// <param name="line">Without blanks before it.</param>
    /// <returns>What is wrong with it, in Docker's words.</returns>
    public string? Read(string line)
    {
        var match = _done ? Match.Empty : Directive().Match(line);
        var (name, value) = (match.Groups["name"].Value.ToLowerInvariant(), match.Groups["value"].Value);
        if (name is not ("escape" or "syntax" or "check"))
        {
            _done = true;
            return null;
        }
        if (!_values.TryAdd(name, value))
            return $"only one {name} parser directive can be used";
        if (name is not "escape")
            return null;
        if (value is not ("\\" or "`"))
            return $"invalid escape token '{value}' does not match ` or \\";
        Escape = value[0];
        return null;
    }

    [GeneratedRegex(@"\A#\s*(?<name>[a-zA-Z][a-zA-Z0-9]*)\s*=\s*(?<value>\S(.*\S)?)\s*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}
