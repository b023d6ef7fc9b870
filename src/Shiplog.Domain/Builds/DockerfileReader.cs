using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>
/// Reads a Dockerfile's lines into instructions: parser directives, comments, continued lines, here-documents. What an instruction may say is
/// <see cref="InstructionRules"/>' to judge.
/// </summary>
internal sealed class DockerfileReader(string text)
{
    // Docker reads lines by a buffer of this many bytes.
    private const int LongestLine = 64 * 1024;

    private readonly string[] _lines = Lines(text);
    private readonly ParserDirectives _directives = new();
    private int _next;

    /// <summary>In the order of the file.</summary>
    public List<Instruction> Instructions { get; } = [];

    public List<string> Warnings { get; } = [];

    public char Escape => _directives.Escape;

    public string? Syntax => _directives.Syntax;

    /// <param name="fault">What is wrong, and on which line.</param>
    public bool TryRead([NotNullWhen(false)] out string? fault)
    {
        fault = null;
        var tooLong = Array.FindIndex(_lines, l => Encoding.UTF8.GetByteCount(l) >= LongestLine);
        if (tooLong >= 0)
            fault = Dockerfile.OnLine(tooLong + 1, $"dockerfile line greater than max allowed size of {LongestLine - 1}");
        while (fault is null && _next < _lines.Length)
        {
            var start = _next;
            var wrong = _directives.Read(_lines[start].TrimStart()) ?? Next();
            fault = wrong is null ? null : Dockerfile.OnLine(start + 1, wrong);
        }
        if (_directives.Check is { } check)
            Warnings.Add($"the checks that \"# check={check}\" asks for are not made");
        return fault is null;
    }

    /// <summary>Each with its line end.</summary>
    private static string[] Lines(string text)
    {
        var body = text.StartsWith('\uFEFF') ? text[1..] : text;
        var lines = body.Split('\n').Select(l => l + "\n").ToArray();
        lines[^1] = lines[^1][..^1];
        return lines is [.. var before, ""] ? before : lines;
    }

    private string? Next()
    {
        var start = _next;
        var line = Joined();
        if (line is null)
            return null;
        var instruction = Parse(line, Escape, start + 1);
        if (Heredocs(instruction, out var documents, out var raw) is { } fault)
            return fault;
        Instructions.Add(instruction.Keyword is "ONBUILD"
            ? instruction with { Rest = instruction.Rest + raw }
            : instruction with { Heredocs = documents });
        return null;
    }

    /// <summary>A line and those that continue it; <see langword="null"/> where there is nothing on it.</summary>
    private string? Joined()
    {
        var first = _lines[_next++].TrimStart();
        if (IsComment(first))
            return null;
        var continues = Continues(first, out var part);
        if (!continues && part is "")
            return null;
        var joined = new StringBuilder(part);
        var hasEmpty = false;
        while (continues && _next < _lines.Length)
        {
            var line = _lines[_next++];
            if (IsComment(line))
                continue;
            if (string.IsNullOrWhiteSpace(line))
            {
                hasEmpty = true;
                continue;
            }
            continues = Continues(line, out part);
            joined.Append(part);
        }
        if (hasEmpty)
            Warnings.Add($"Empty continuation line found in: {joined.ToString().Trim()}");
        return joined.ToString();
    }

    private static bool IsComment(string line) => line.AsSpan().TrimStart().StartsWith('#');

    /// <summary>Does the escape character end the line, with nothing but blanks behind it and not escaped itself?</summary>
    private bool Continues(string line, out string part)
    {
        part = line.TrimEnd('\r', '\n');
        var text = part.AsSpan().TrimEnd(" \t");
        if (!text.EndsWith(Escape) || text.Length > 1 && text[^2] == Escape)
            return false;
        part = text[..^1].ToString();
        return true;
    }

    /// <summary>One instruction, without its here-documents.</summary>
    internal static Instruction Parse(string line, char escape, int number)
    {
        var text = line.Trim();
        var blank = text.AsSpan().IndexOfAny(" \t\v\f\r");
        var (flags, rest) = InstructionFlags.Split(blank < 0 ? "" : text[blank..], escape);
        return new((blank < 0 ? text : text[..blank]).ToUpperInvariant(), flags, rest.Trim(), [], text, number);
    }

    private string? Heredocs(Instruction instruction, out Heredoc[] documents, out string raw)
    {
        (documents, raw) = ([], "");
        var of = instruction.Keyword is "ONBUILD" ? Parse(instruction.Rest, Escape, instruction.Line) : instruction;
        if (of.Keyword is not ("ADD" or "COPY" or "RUN") || !instruction.Original.Contains("<<", StringComparison.Ordinal))
            return null;
        // A list in JSON form has no here-documents; what is wrong with it is told by the rules.
        if (!JsonForm.TryRead(of.Rest, out var words, out _) || words is not null)
            return null;
        var read = new List<Heredoc>();
        var kept = new StringBuilder();
        foreach (var document in HeredocWord.AllIn(instruction.Original))
        {
            if (!Content(document, out var content))
                return "unterminated heredoc";
            kept.Append('\n').Append(content).Append(document.Name);
            read.Add(document with { Content = document.Chomp ? WithoutTabs(content) : content });
        }
        (documents, raw) = ([.. read], kept.ToString());
        return null;
    }

    private bool Content(Heredoc document, out string content)
    {
        var lines = new StringBuilder();
        while (_next < _lines.Length)
        {
            var line = _lines[_next++];
            var end = line.TrimEnd('\r', '\n');
            if ((document.Chomp ? end.TrimStart('\t') : end) == document.Name)
            {
                content = lines.ToString();
                return true;
            }
            lines.Append(line);
        }
        content = "";
        return false;
    }

    private static string WithoutTabs(string content) => string.Join('\n', content.Split('\n').Select(l => l.TrimStart('\t')));
}
