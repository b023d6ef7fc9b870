using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>Variables of a Dockerfile outside of any stage, and labels from outside of the Dockerfile.</summary>
public static class Variables
{
    /// <summary>The ARGs before the first FROM: the client's values, or their own.</summary>
    /// <param name="refusal">Why one has no value.</param>
    public static Dictionary<string, string> Global(Dockerfile file, IReadOnlyDictionary<string, string> given, out Refusal? refusal)
    {
        var values = new Dictionary<string, string>();
        refusal = null;
        foreach (var word in file.MetaArgs.SelectMany(a => Words.Split(a.Rest, file.Escape)))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            if (given.TryGetValue(name, out var theirs))
                values[name] = theirs;
            else if (equals >= 0 && Words.TryExpand(word[(equals + 1)..], values.GetValueOrDefault, file.Escape, out var own, out _))
                values[name] = own;
            else if (equals >= 0)
                refusal = new Refusal(RefusalKind.Invalid, $"ARG {name}: its default cannot be expanded");
        }
        return values;
    }

    /// <summary>The instruction that gives an image these labels.</summary>
    public static Instruction Label(Dictionary<string, string> labels, char escape, int line)
    {
        var rest = string.Join(' ', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{Quoted(l.Key, escape)}={Quoted(l.Value, escape)}"));
        return new Instruction("LABEL", [], rest, [], "LABEL " + rest, line);
    }

    private static string Quoted(string text, char escape) =>
        "\"" + string.Concat(text.Select(c => c == escape || c is '"' or '$' ? $"{escape}{c}" : $"{c}")) + "\"";
}
