namespace Shiplog.Domain.Builds;

/// <summary>Labels from outside of a Dockerfile as instructions of it.</summary>
public static class LabelInstruction
{
    /// <param name="line">The line that they are put down to.</param>
    public static IEnumerable<Instruction> Of(Dictionary<string, string> labels, char escape, int line) => labels.OrderBy(l => l.Key, StringComparer.Ordinal)
        .Select(l => new Instruction("LABEL", [], $"{Quoted(l.Key, escape)}={Quoted(l.Value, escape)}", [], $"LABEL {l.Key}={l.Value}", line));

    private static string Quoted(string text, char escape) =>
        "\"" + string.Concat(text.Select(c => c == escape || c is '"' or '$' ? $"{escape}{c}" : $"{c}")) + "\"";
}
