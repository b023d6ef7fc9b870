namespace Shiplog.Domain.Builds;

/// <summary>Labels from outside of a Dockerfile as an instruction of it.</summary>
public static class LabelInstruction
{
    /// <param name="line">The line that it is put down to.</param>
    public static Instruction Of(Dictionary<string, string> labels, char escape, int line)
    {
        var rest = string.Join(' ', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{Quoted(l.Key, escape)}={Quoted(l.Value, escape)}"));
        return new Instruction("LABEL", [], rest, [], "LABEL " + rest, line);
    }

    private static string Quoted(string text, char escape) =>
        "\"" + string.Concat(text.Select(c => c == escape || c is '"' or '$' ? $"{escape}{c}" : $"{c}")) + "\"";
}
