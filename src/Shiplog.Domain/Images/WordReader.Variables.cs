namespace Shiplog.Domain.Images;

/// <summary>What stands after a <c>$</c>.</summary>
internal sealed partial class WordReader
{
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
        var output = new WordOutput();
        word = "";
        if (!Until(stop, keepsEscapes, output))
            return AtEnd ? Fail(stop == '/' ? "syntax error: missing '/' in ${}" : "syntax error: missing '}'") : false;
        word = output.Text;
        return true;
    }
}
