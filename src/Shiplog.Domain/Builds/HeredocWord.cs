using System.Globalization;
using System.Text.RegularExpressions;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary><c>&lt;&lt;EOF</c>, <c>&lt;&lt;-EOF</c>, <c>3&lt;&lt;"EOF"</c>: a word that announces a here-document.</summary>
public static partial class HeredocWord
{
    /// <summary>Those of a line, without their content; none where the line is no shell's words, by an open quote for one.</summary>
    public static IEnumerable<Heredoc> AllIn(string line)
    {
        var (_, words, fault) = new WordReader(line, Unset, '\\') { KeepsQuotes = true, KeepsEscapes = true, KeepsUnset = true }.Read();
        return fault is null ? words.Select(Read).OfType<Heredoc>() : [];
    }

    /// <returns>What the word announces, without its content; <see langword="null"/> where it announces nothing.</returns>
    public static Heredoc? Read(string word)
    {
        if (Announcement().Match(word) is not { Success: true } match)
            return null;
        var written = match.Groups["name"].Value;
        var (_, names, fault) = new WordReader(written, Unset, '\\') { KeepsUnset = true }.Read();
        var (_, quoted, _) = new WordReader(written, Unset, '\\') { KeepsUnset = true, KeepsQuotes = true }.Read();
        if (fault is not null || names is not [var name])
            return null;
        int? descriptor = int.TryParse(match.Groups["fd"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return new Heredoc(name, "", Quotes(name) == Quotes(quoted[0]), match.Groups["chomp"].Value is "-", descriptor);
    }

    private static string? Unset(string name) => null;

    private static int Quotes(string word) => word.Count(c => c is '"' or '\'');

    [GeneratedRegex(@"\A(?<fd>[0-9]*)<<(?<chomp>-?)\s*(?<name>[^<\s][^<]*)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Announcement();
}
