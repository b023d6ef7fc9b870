using System.Text;

namespace Shiplog.Domain.Images;

/// <summary>Reads a text once, from left to right, as a shell reads words (Dockerfile reference, "Environment replacement").</summary>
internal sealed class WordReader(string text, Func<string, string?> variables, char escape)
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
        var output = new Output();
        if (!Until(null, KeepsEscapes, output))
            return ("", [], $"failed to process {Words.Quoted(text)}: {_fault}");
        return (output.Text, output.Split(), null);
    }

    private bool Fail(string fault)
    {
        _fault = fault;
        return false;
    }

    private bool Until(char? stop, bool keepsEscapes, Output output)
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

    private bool One(char c, bool keepsEscapes, Output output)
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

    private void Escaped(bool keepsEscapes, Output output)
    {
        if (keepsEscapes)
            output.Add(escape, quoted: true);
        if (!AtEnd)
            output.Add(text[_at++], quoted: true);
    }

    /// <summary>A here-document's name may stand apart from its <c>&lt;&lt;</c>, and is one word with it.</summary>
    private void Redirection(Output output)
    {
        output.Add('<', quoted: true);
        if (AtEnd || text[_at] != '<')
            return;
        output.Add(text[_at++], quoted: true);
        while (!AtEnd && text[_at] is ' ' or '\t' or '\r')
            output.Add(text[_at++], quoted: true);
    }

    private bool SingleQuoted(Output output)
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

    private bool DoubleQuoted(bool keepsEscapes, Output output)
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

    private bool Variable(out string value)
    {
        value = "";
        if (AtEnd || text[_at] != '{')
        {
            var bare = Name();
            value = bare is "" ? "$" : variables(bare) ?? (KeepsUnset ? "$" + bare : "");
            return true;
        }
        _at++;
        if (AtEnd)
            return Fail("syntax error: missing '}'");
        if (text[_at] is '{' or '}' or ':')
            return Fail("syntax error: bad substitution");
        if (++_depth > Deepest)
            return Fail("substitutions are nested too deep");
        var start = _at;
        var name = Name();
        var read = Braced(name, out value);
        _depth--;
        if (read && KeepsUnset && variables(name) is null)
            value = "${" + text[start.._at];
        return read;
    }

    /// <summary>A name; one of the shell's own, which a Dockerfile never sets; nothing where none is there.</summary>
    private string Name()
    {
        var start = _at;
        if (AtEnd)
            return "";
        if (char.IsDigit(text[_at]))
        {
            while (!AtEnd && char.IsDigit(text[_at]))
                _at++;
        }
        else if (text[_at] is '@' or '*' or '#' or '?' or '-' or '$' or '!')
            _at++;
        else
        {
            while (!AtEnd && (char.IsLetterOrDigit(text[_at]) || text[_at] == '_'))
                _at++;
        }
        return text[start.._at];
    }

    private bool Braced(string name, out string value)
    {
        value = variables(name) ?? "";
        var isSet = variables(name) is not null;
        if (AtEnd)
            return Fail("syntax error: missing '}'");
        switch (text[_at++])
        {
            case '}':
                return true;
            case '/':
                return Replaced(value, out value);
            case var c and ('#' or '%'):
                return Trimmed(value, atEnd: c == '%', out value);
            case ':' when AtEnd:
                return Fail("syntax error: missing '}'");
            case ':' when text[_at] is '-' or '+' or '?':
                return Chosen(name, text[_at++], isSet && value is not "", "empty", ref value);
            case ':':
                return Fail($"unsupported modifier (:{text[_at]}) in substitution");
            case var c and ('-' or '+' or '?'):
                return Chosen(name, c, isSet, "unset", ref value);
            case var c:
                return Fail($"unsupported modifier ({c}) in substitution");
        }
    }

    private bool Chosen(string name, char modifier, bool counts, string lack, ref string value)
    {
        if (!Inner('}', keepsEscapes: false, out var word))
            return false;
        if (modifier == '?' && !counts && !KeepsUnset)
            return Fail($"{name}: {(word is "" ? $"is not allowed to be {(variables(name) is null ? "unset" : lack)}" : word)}");
        value = modifier switch
        {
            '-' => counts ? value : word,
            '+' => counts ? word : "",
            _ => value,
        };
        return true;
    }

    private bool Trimmed(string before, bool atEnd, out string value)
    {
        value = before;
        if (!Inner('}', keepsEscapes: true, out var pattern))
            return false;
        // The sign twice asks for the longest match, once for the shortest.
        var longest = pattern.StartsWith(atEnd ? '%' : '#');
        if (!ShellPattern.TryParse(longest ? pattern[1..] : pattern, out var parsed, out var fault))
            return Fail(fault);
        value = atEnd ? parsed.WithoutSuffix(before, longest) : parsed.WithoutPrefix(before, longest);
        return true;
    }

    private bool Replaced(string before, out string value)
    {
        value = before;
        var all = !AtEnd && text[_at] == '/';
        if (all)
            _at++;
        if (!Inner('/', keepsEscapes: true, out var pattern) || !Inner('}', keepsEscapes: true, out var replacement))
            return false;
        if (!ShellPattern.TryParse(pattern, out var parsed, out var fault))
            return Fail(fault);
        // Every character may be one match, and each may grow to all of the replacement.
        if ((long)(before.Length + 1) * replacement.Length > Longest)
            return Fail("the result is too long");
        value = parsed.Replace(before, replacement, all);
        return true;
    }

    private bool Inner(char stop, bool keepsEscapes, out string word)
    {
        var output = new Output();
        word = "";
        if (!Until(stop, keepsEscapes, output))
            return AtEnd ? Fail(stop == '/' ? "syntax error: missing '/' in ${}" : "syntax error: missing '}'") : false;
        word = output.Text;
        return true;
    }

    /// <summary>What has been read, and where its words end.</summary>
    private sealed class Output
    {
        private readonly StringBuilder _text = new();
        private readonly StringBuilder _word = new();
        private readonly List<string> _words = [];

        public int Length => _text.Length;

        public string Text => _text.ToString();

        public void Add(char c, bool quoted)
        {
            _text.Append(c);
            if (quoted || !char.IsWhiteSpace(c))
                _word.Append(c);
            else
                End();
        }

        public void Add(string s, bool quoted)
        {
            foreach (var c in s)
                Add(c, quoted);
        }

        public string[] Split()
        {
            End();
            return [.. _words];
        }

        private void End()
        {
            if (_word.Length > 0)
                _words.Add(_word.ToString());
            _word.Clear();
        }
    }
}
