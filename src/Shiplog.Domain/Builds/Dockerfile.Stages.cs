using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>Which stage stands on which.</summary>
public sealed partial record Dockerfile
{
    /// <summary>The stage that a target, a <c>--from</c> or a FROM means.</summary>
    /// <param name="nameOrNumber">A name, in any case: the last before <paramref name="below"/> that has it; or a number, from 0.</param>
    /// <param name="below">Only stages before this one are meant.</param>
    /// <returns>Its index; <see langword="null"/> where none is meant.</returns>
    public int? StageOf(string nameOrNumber, int below) =>
        Named(nameOrNumber, below) ??
        (int.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Math.Min(below, Stages.Length) ? number : null);

    /// <summary>The variables of FROM and of its flags.</summary>
    /// <param name="args">What the build is given; only what an ARG before the first FROM declares is seen, and what tells of the platforms.</param>
    /// <param name="refusal">A default value cannot be expanded.</param>
    public bool TryGlobalVariables(IReadOnlyDictionary<string, string> args, out IReadOnlyDictionary<string, string> variables, [NotNullWhen(false)] out Refusal? refusal)
    {
        variables = BuildArguments.Global(MetaArgs, args, Escape, out var fault);
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, fault);
        return refusal is null;
    }

    /// <summary>What a stage's FROM names, an image or a stage, with its variables put in.</summary>
    public bool TryBaseOf(
        int stage, IReadOnlyDictionary<string, string> args, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out Refusal? refusal)
    {
        (name, var written) = (null, Stages[stage].From);
        if (!TryGlobalVariables(args, out var variables, out refusal))
            return false;
        var fault = !Words.TryExpand(written, variables.GetValueOrDefault, Escape, out var expanded, out var wrong) ? wrong
            : string.IsNullOrWhiteSpace(expanded) ? $"base name ({written}) should not be blank"
            : null;
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, OnLine(Stages[stage].FromInstruction.Line, fault));
        name = fault is null ? expanded : null;
        return name is not null;
    }

    /// <summary>
    /// The stages that one stands on, itself included, in the order of the file: by FROM, by <c>--from</c> of COPY and by <c>from=</c> of a mount.
    /// </summary>
    /// <param name="args">As of <see cref="TryGlobalVariables"/>.</param>
    public IReadOnlyList<int> NeededFor(int target, IReadOnlyDictionary<string, string> args)
    {
        // A stage only needs stages before it, so that one walk from the target down sees each after all that need it.
        var needed = new bool[target + 1];
        needed[target] = true;
        for (var stage = target; stage >= 0; stage--)
        {
            if (!needed[stage])
                continue;
            var instructions = Stages[stage].Instructions.AsEnumerable();
            if (TryBaseOf(stage, args, out var name, out _) && BaseStage(name, stage) is { } below)
            {
                needed[below] = true;
                // What the stage below keeps for builds on it happens here.
                instructions = instructions.Concat(Stages[below].Instructions.Where(i => i.Keyword is "ONBUILD")
                    .Select(i => TryParseTrigger(i.Rest, out var trigger, out _) ? trigger : i));
            }
            foreach (var source in instructions.SelectMany(Sources))
            {
                if (StageOf(source, stage) is { } other)
                    needed[other] = true;
            }
        }
        return [.. Enumerable.Range(0, target + 1).Where(s => needed[s])];
    }

    /// <summary>The stage that FROM means by a name; a number is an image there.</summary>
    /// <param name="name">Expanded.</param>
    public int? BaseStage(string name, int below) => name is "scratch" ? null : Named(name, below);

    private int? Named(string name, int below) => Stages.Take(below).LastOrDefault(s => name.Equals(s.Name, StringComparison.OrdinalIgnoreCase))?.Index;

    private static IEnumerable<string> Sources(Instruction instruction) => instruction.Keyword switch
    {
        "COPY" when instruction.Flag("from") is { } from => [from],
        "RUN" => instruction.AllOf("mount").Select(RunMount.FromOf).OfType<string>(),
        _ => [],
    };

    /// <summary>The first source that means a stage that is not there yet.</summary>
    private string? SourceFault() =>
        Stages.SelectMany(s => s.Instructions.SelectMany(i => Sources(i).Select(from => SourceFault(s, i, from)))).FirstOrDefault(f => f is not null);

    private string? SourceFault(BuildStage stage, Instruction instruction, string from)
    {
        if (StageOf(from, stage.Index) is not null)
            return null;
        var (does, copies) = instruction.Keyword is "COPY" ? ("copy", true) : ("mount", false);
        if (StageOf(from, Stages.Length) is not null)
        {
            var (other, present) = (Words.Quoted(from), Words.Quoted(stage.Title));
            return OnLine(instruction.Line, $"cannot {does} from stage {other}, it needs to be defined before current stage {present}");
        }
        return copies && from.All(char.IsAsciiDigit) ? OnLine(instruction.Line, $"invalid stage index {from}") : null;
    }
}
