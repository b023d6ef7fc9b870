namespace Shiplog.Domain.Images;

/// <summary>Reads a text once, from left to right, as a shell reads words (Dockerfile reference, "Environment replacement").</summary>
internal sealed partial class WordReader(string text, Func<string, string?> variables, char escape)
{
    // A text comes from anybody: neither the stack nor the memory may be its own to fill.
    private const int Deepest = 64;
    private const int Longest = 1 << 22;

    private int _at;
    private int _depth;
    private string? _fault;

    /// <summary>Quotes are text like any other.</summary>
    public bool QuotesAreText { get; init; }

    /// <summary>Quotes stay in what is read.</summary>
    public bool KeepsQuotes { get; init; }

    /// <summary>Escapes stay in what is read.</summary>
    public bool KeepsEscapes { get; init; }

    /// <summary>A variable without a value stays as it is written.</summary>
    public bool KeepsUnset { get; init; }

    private bool AtEnd => _at >= text.Length;

    /// <returns>All of it; its words, split at unquoted blanks; why it cannot be read.</returns>
    public (string Text, string[] Words, string? Fault) Read()
    {
        var output = new WordOutput();
        if (!Until(null, KeepsEscapes, output))
            return ("", [], $"failed to process {Words.Quoted(text)}: {_fault}");
        return (output.Text, output.Split(), null);
    }

    private bool Fail(string fault)
    {
        _fault = fault;
        return false;
    }

    private bool Until(char? stop, bool keepsEscapes, WordOutput output)
    {
        while (!AtEnd)
        {
            var c = text[_at];
            if (c == stop)
            {
                _at++;
                return true;
            }
            if (!One(c, keepsEscapes, output))
                return false;
            if (output.Length > Longest)
                return Fail("the result is too long");
        }
        return stop is null || Fail($"unexpected end of statement while looking for matching {stop}");
    }

    private bool One(char c, bool keepsEscapes, WordOutput output)
    {
        _at++;
        if (c == '$')
        {
            if (!Variable(out var value))
                return false;
            output.Add(value, quoted: false);
            return true;
        }
        if (c == '\'' && !QuotesAreText)
            return SingleQuoted(output);
        if (c == '"' && !QuotesAreText)
            return DoubleQuoted(keepsEscapes, output);
        if (c == '<')
            Redirection(output);
        else if (c == escape)
            Escaped(keepsEscapes, output);
        else
            output.Add(c, quoted: false);
        return true;
    }

    private void Escaped(bool keepsEscapes, WordOutput output)
    {
        if (keepsEscapes)
            output.Add(escape, quoted: true);
        if (!AtEnd)
            output.Add(text[_at++], quoted: true);
    }

    /// <summary>A here-document's name may stand apart from its <c>&lt;&lt;</c>, and is one word with it.</summary>
    private void Redirection(WordOutput output)
    {
        output.Add('<', quoted: true);
        if (AtEnd || text[_at] != '<')
            return;
        output.Add(text[_at++], quoted: true);
        while (!AtEnd && text[_at] is ' ' or '\t' or '\r')
            output.Add(text[_at++], quoted: true);
    }

    private bool SingleQuoted(WordOutput output)
    {
        var end = text.IndexOf('\'', _at);
        if (end < 0)
        {
            _at = text.Length;
            return Fail("unexpected end of statement while looking for matching single-quote");
        }
        output.Add(KeepsQuotes ? text[(_at - 1)..(end + 1)] : text[_at..end], quoted: true);
        _at = end + 1;
        return true;
    }

    private bool DoubleQuoted(bool keepsEscapes, WordOutput output)
    {
        if (KeepsQuotes)
            output.Add('"', quoted: true);
        while (!AtEnd && output.Length <= Longest)
        {
            var c = text[_at++];
            if (c == '"')
            {
                output.Add(KeepsQuotes ? "\"" : "", quoted: true);
                return true;
            }
            if (c == '$')
            {
                if (!Variable(out var value))
                    return false;
                output.Add(value, quoted: true);
                continue;
            }
            if (c == escape)
            {
                if (keepsEscapes)
                    output.Add(c, quoted: true);
                if (AtEnd)
                    break;
                // Inside double quotes it is special before few characters only.
                if (text[_at] is '"' or '$' || text[_at] == escape)
                    c = text[_at++];
            }
            output.Add(c, quoted: true);
        }
        return Fail(AtEnd ? "unexpected end of statement while looking for matching double-quote" : "the result is too long");
    }
}
