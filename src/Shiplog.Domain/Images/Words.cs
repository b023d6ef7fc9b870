using System.Text;

namespace Shiplog.Domain.Images;

/// <summary>A Dockerfile's words: quotes, escapes and variables (Dockerfile reference, "Environment replacement").</summary>
internal static class Words
{
    /// <summary>Splits at blanks outside quotes; quotes and escapes stay for <see cref="Expand"/>.</summary>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && c is ' ' or '\t')
            {
                if (word.Length > 0)
                    words.Add(word.ToString());
                word.Clear();
                continue;
            }
            word.Append(c);
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
                word.Append(text[++i]);
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == quote)
                quote = '\0';
        }
        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    /// <summary>Takes quotes and escapes away and puts <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-word}</c>, <c>${NAME:+word}</c> in.</summary>
    public static string Expand(string text, string[] env)
    {
        var result = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\'')
            {
                if (c == '\'')
                    quote = '\0';
                else
                    result.Append(c);
            }
            else if (c == '\\' && i + 1 < text.Length)
            {
                // Inside double quotes a backslash is special before few characters only.
                if (quote == '"' && text[i + 1] is not ('"' or '$' or '\\'))
                    result.Append(c);
                result.Append(text[++i]);
            }
            else if (c == '$')
                i = Variable(text, i, env, result);
            else if (c is '"' && quote is '\0' or '"')
                quote = quote == '"' ? '\0' : '"';
            else if (c is '\'' && quote == '\0')
                quote = '\'';
            else
                result.Append(c);
        }
        return result.ToString();
    }

    /// <returns>Where the variable's text ends.</returns>
    private static int Variable(string text, int dollar, string[] env, StringBuilder result)
    {
        var braced = dollar + 1 < text.Length && text[dollar + 1] == '{';
        var start = dollar + (braced ? 2 : 1);
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        var close = braced ? text.IndexOf('}', end) : end - 1;
        if (end == start || close < 0)
        {
            result.Append('$');
            return dollar;
        }
        var prefix = text[start..end] + "=";
        var value = env.FirstOrDefault(e => e.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "";
        var modifier = braced ? text[end..close] : "";
        result.Append(modifier switch
        {
            [':', '-', .. var otherwise] => value is "" ? otherwise : value,
            [':', '+', .. var instead] => value is "" ? "" : instead,
            _ => value,
        });
        return close;
    }
}
