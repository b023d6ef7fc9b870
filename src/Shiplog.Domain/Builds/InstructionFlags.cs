using System.Text;

namespace Shiplog.Domain.Builds;

/// <summary>The <c>--flags</c> between an instruction's keyword and its arguments.</summary>
internal static class InstructionFlags
{
    /// <summary>What a flag is given as.</summary>
    private enum Kind
    {
        Text,
        Texts,
        YesOrNo,
    }

    private static readonly Dictionary<string, Dictionary<string, Kind>> Known = new()
    {
        ["FROM"] = Flags(["platform"]),
        ["RUN"] = Flags(["network", "security"], texts: ["mount"]),
        ["ADD"] = Flags(["chown", "chmod", "checksum"], texts: ["exclude"], yesOrNo: ["link", "keep-git-dir", "unpack"]),
        ["COPY"] = Flags(["from", "chown", "chmod"], texts: ["exclude"], yesOrNo: ["link", "parents"]),
        ["HEALTHCHECK"] = Flags(["interval", "timeout", "start-period", "start-interval", "retries"]),
    };

    private static readonly Dictionary<string, Kind> None = [];

    /// <summary>Takes flags off the front: words that begin with <c>--</c>, up to one that does not, or to <c>--</c> alone.</summary>
    public static (InstructionFlag[] Flags, string Arguments) Split(string text, char escape)
    {
        var flags = new List<InstructionFlag>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (!text.AsSpan(at).StartsWith("--"))
                return ([.. flags], text[at..]);
            var word = Word(text, ref at, escape);
            if (word is "--")
                return ([.. flags], text[at..]);
            flags.Add(word[2..].Split('=', 2) is [var name, var value] ? new(name, value) : new(word[2..], null));
        }
    }

    private static Dictionary<string, Kind> Flags(string[] text, string[]? texts = null, string[]? yesOrNo = null) =>
        text.Select(n => (n, Kind.Text)).Concat((texts ?? []).Select(n => (n, Kind.Texts))).Concat((yesOrNo ?? []).Select(n => (n, Kind.YesOrNo))).ToDictionary();

    /// <summary>One word, its quotes and escapes taken away.</summary>
    private static string Word(string text, ref int at, char escape)
    {
        var word = new StringBuilder();
        for (var quote = '\0'; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
                break;
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c != escape)
                word.Append(c);
            else if (at + 1 < text.Length)
                word.Append(text[++at]);
        }
        return word.ToString();
    }

    /// <returns>Why an instruction cannot have these flags, in Docker's words.</returns>
    public static string? Fault(string keyword, InstructionFlag[] flags)
    {
        var known = Known.GetValueOrDefault(keyword, None);
        var seen = new HashSet<string>();
        foreach (var (name, value) in flags)
        {
            if (!known.TryGetValue(name, out var kind))
                return $"unknown flag: --{name}{Suggestion.For(name, known.Keys)}";
            if (!seen.Add(name) && kind is not Kind.Texts)
                return $"duplicate flag specified: --{name}";
            if (kind is Kind.YesOrNo ? value is "" : value is null)
                return $"missing a value on flag: --{name}";
            if (kind is Kind.YesOrNo && value?.ToLowerInvariant() is not (null or "true" or "false"))
                return $"expecting boolean value for flag --{name}, not: {value}";
        }
        return null;
    }
}
