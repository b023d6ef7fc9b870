using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shiplog.Domain.Images;

/// <summary>A Dockerfile's words: quotes, escapes and variables (Dockerfile reference, "Environment replacement").</summary>
public static class Words
{
    /// <summary>What the variables are: the environment's, and beside it build arguments, which it hides.</summary>
    /// <param name="env"><c>NAME=value</c> each.</param>
    /// <returns>A name's value; <see langword="null"/> where it is unset.</returns>
    public static Func<string, string?> Variables(string[] env, IReadOnlyDictionary<string, string>? args = null)
    {
        var values = new Dictionary<string, string>(args ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var entry in env)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            values[equals < 0 ? entry : entry[..equals]] = equals < 0 ? "" : entry[(equals + 1)..];
        }
        return name => values.GetValueOrDefault(name);
    }

    /// <summary>Splits at blanks outside quotes; quotes and escapes stay for <see cref="TryExpand"/>.</summary>
    public static List<string> Split(string text, char escape = '\\')
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word.Length > 0)
                    words.Add(word.ToString());
                word.Clear();
                continue;
            }
            if (c == escape && quote != '\'')
            {
                // At the end it has nothing to escape and counts for nothing.
                if (i + 1 < text.Length)
                    word.Append(c).Append(text[++i]);
                continue;
            }
            word.Append(c);
            if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == quote)
                quote = '\0';
        }
        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    /// <summary>Takes quotes and escapes away and puts variables in, with all modifiers that the reference names.</summary>
    /// <param name="fault">Why not, in BuildKit's words: a quote or a brace is open, a modifier unknown, a value is asked for by <c>:?</c>.</param>
    public static bool TryExpand(string text, Func<string, string?> variables, char escape, out string result, [NotNullWhen(false)] out string? fault)
    {
        var reader = new WordReader(text, variables, escape);
        (result, _, fault) = reader.Read();
        return fault is null;
    }

    /// <summary>As <see cref="TryExpand"/>, and splits at blanks, of variables' values too, that are not quoted.</summary>
    public static bool TryExpandAll(string text, Func<string, string?> variables, char escape, out string[] words, [NotNullWhen(false)] out string? fault)
    {
        var reader = new WordReader(text, variables, escape);
        (_, words, fault) = reader.Read();
        return fault is null;
    }

    /// <summary>A here-document's text: variables are put in and escapes go, quotes are text like any other.</summary>
    public static bool TryExpandText(string text, Func<string, string?> variables, out string result, [NotNullWhen(false)] out string? fault)
    {
        var reader = new WordReader(text, variables, '\\') { QuotesAreText = true };
        (result, _, fault) = reader.Read();
        return fault is null;
    }

    /// <summary>In quotes for a message, on one line and not longer than one reads.</summary>
    internal static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text.Length > 120 ? text.AsSpan(0, 120) : text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => c.ToString(),
            });
        }
        return quoted.Append(text.Length > 120 ? "…\"" : "\"").ToString();
    }
}
