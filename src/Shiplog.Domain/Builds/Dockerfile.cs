using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Shiplog.Domain.Builds;

/// <summary>A parsed Dockerfile (Dockerfile reference): every instruction's form is right; variables are not expanded.</summary>
/// <param name="MetaArgs">ARG before the first FROM.</param>
/// <param name="Stages">At least one.</param>
/// <param name="Escape">As <c># escape=</c> says.</param>
public sealed partial record Dockerfile(Instruction[] MetaArgs, BuildStage[] Stages, char Escape)
{
    /// <summary>What is unwise in it, or asked for and not done; a sentence each.</summary>
    public string[] Warnings { get; init; } = [];

    /// <summary>The frontend that <c># syntax=</c> names; there is but one here, whatever it says.</summary>
    public string? Syntax { get; init; }

    /// <summary>Reads a Dockerfile.</summary>
    /// <param name="refusal">What is wrong, in Docker's words and with the line.</param>
    /// <param name="name">The file's, for the message.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Dockerfile? file, [NotNullWhen(false)] out Refusal? refusal, string name = "Dockerfile")
    {
        file = null;
        var reader = new DockerfileReader(text);
        var fault = text is "" ? $"the Dockerfile ({name}) cannot be empty"
            : !reader.TryRead(out var wrong) ? wrong
            : reader.Instructions is [] ? $"failed to parse {name}: file with no instructions"
            : FirstFault(reader.Instructions, reader.Escape) ?? Assemble(reader, out file);
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, fault);
        if (fault is not null)
            file = null;
        return file is not null;
    }

    /// <summary>Reads the trigger that an image's ONBUILD kept.</summary>
    public static bool TryParseTrigger(string text, [NotNullWhen(true)] out Instruction? instruction, [NotNullWhen(false)] out Refusal? refusal)
    {
        var reader = new DockerfileReader(text);
        var fault = !reader.TryRead(out var wrong) ? wrong
            : reader.Instructions is not [var only] ? "onbuild trigger should be a single expression"
            : Images.ContainerChange.Untriggered(only.Keyword) ?? InstructionRules.Fault(only, reader.Escape);
        instruction = fault is null ? reader.Instructions[0] : null;
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, fault);
        return instruction is not null;
    }

    private static string? FirstFault(IEnumerable<Instruction> instructions, char escape) =>
        instructions.Select(i => InstructionRules.Fault(i, escape) is { } fault ? OnLine(i.Line, fault) : null).FirstOrDefault(f => f is not null);

    internal static string OnLine(int line, string fault) => string.Create(CultureInfo.InvariantCulture, $"dockerfile parse error on line {line}: {fault}");

    private static string? Assemble(DockerfileReader reader, out Dockerfile? file)
    {
        file = null;
        var all = reader.Instructions;
        var first = all.FindIndex(i => i.Keyword is "FROM");
        if (all.Take(first < 0 ? all.Count : first).Any(i => i.Keyword is not "ARG"))
            return "no build stage in current context";
        if (first < 0)
            return "dockerfile contains no stages to build";
        var stages = new List<BuildStage>();
        for (var i = first; i < all.Count;)
        {
            var next = all.FindIndex(i + 1, other => other.Keyword is "FROM");
            next = next < 0 ? all.Count : next;
            stages.Add(Stage(stages.Count, all[i], [.. all[(i + 1)..next]]));
            i = next;
        }
        var twice = stages.Where(s => s.Name is not null).GroupBy(s => s.Name).Where(g => g.Count() > 1)
            .Select(g => $"Duplicate stage name \"{g.Key}\", stage names should be unique");
        file = new Dockerfile([.. all[..first]], [.. stages], reader.Escape) { Warnings = [.. reader.Warnings, .. twice], Syntax = reader.Syntax };
        return file.SourceFault();
    }

    private static BuildStage Stage(int index, Instruction from, Instruction[] instructions)
    {
        var words = InstructionRules.Blanks(from.Rest);
        return new(index, words is [_, _, var name] ? name.ToLowerInvariant() : null, from.Flag("platform"), words[0], from, instructions);
    }
}
