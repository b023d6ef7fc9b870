using System.Diagnostics.CodeAnalysis;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>A variable of a RUN's environment beside the image's.</summary>
/// <param name="Hidden">It is in neither history nor cache key: a predefined proxy.</param>
public sealed record RunVariable(string Variable, bool Hidden);

/// <summary>The program of a RUN.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Environment">Beside the image's.</param>
/// <param name="Network"><c>default</c>, <c>none</c> or <c>host</c>; <see langword="null"/> for the build's.</param>
/// <param name="Mounts">Folders that it has beside the image's, and that are no part of the layer.</param>
public sealed record RunPlan(string[] Command, RunVariable[] Environment, string? Network, RunMount[] Mounts)
{
    /// <summary>Judges the instruction in this stage.</summary>
    /// <param name="given">Values that the client gives for ARG.</param>
    public static bool TryMake(
        Instruction i, StageState state, IReadOnlyDictionary<string, string> given, char escape,
        [NotNullWhen(true)] out RunPlan? plan, [NotNullWhen(false)] out Refusal? refusal)
    {
        plan = null;
        var mounts = new List<RunMount>();
        refusal = i.Flags.Select(flag => Fault(flag, state, escape, mounts)).FirstOrDefault(fault => fault is not null);
        if (refusal is not null)
            return false;
        if (!JsonForm.TryRead(i.Rest, out var words, out var wrong))
        {
            refusal = new Refusal(RefusalKind.Invalid, wrong);
            return false;
        }
        RunVariable[] environment =
        [
            .. state.ArgsOfRun.Select(a => new RunVariable($"{a.Key}={a.Value}", Hidden: false)),
            .. given.Where(g => BuildArguments.IsProxy(g.Key) && !state.Args.ContainsKey(g.Key)).Select(g => new RunVariable($"{g.Key}={g.Value}", Hidden: true)),
        ];
        plan = new RunPlan(words ?? ShellForm(i, state.Shell), environment, i.Flag("network"), [.. mounts]);
        return true;
    }

    private static Refusal? Fault(InstructionFlag flag, StageState state, char escape, List<RunMount> mounts)
    {
        if (flag.Name is "network")
            return null;
        if (flag.Name is not "mount")
            return new Refusal(RefusalKind.NotImplemented, $"RUN --{flag.Name} is not built yet");
        if (!RunMount.TryParse(flag.Value ?? "", state.Variables, escape, out var mount, out var fault))
            return new Refusal(RefusalKind.Invalid, fault);
        mounts.Add(mount with { Target = ContainerPath(mount.Target ?? "", state.Config.WorkingDir) });
        return mount switch
        {
            { Type: "tmpfs" } or { Type: "cache", From: null, Sharing: null or "shared", Mode: null, Uid: null, Gid: null } => null,
            { Type: "cache", From: null } => new Refusal(RefusalKind.NotImplemented, "RUN --mount=type=cache with sharing, mode, uid or gid is not built yet"),
            { Type: "secret" or "ssh" } => new Refusal(RefusalKind.NotImplemented, $"RUN --mount=type={mount.Type} is not built yet: no client of the classic builder can hand one over"),
            _ => new Refusal(RefusalKind.NotImplemented, $"RUN --mount=type={mount.Type}{(mount.From is null ? "" : ",from=" + mount.From)} is not built yet: copy the files in with COPY"),
        };
    }

    private static string ContainerPath(string target, string workingDir) => target.StartsWith('/') ? target : $"{workingDir.TrimEnd('/')}/{target}";

    /// <summary>A here-document that stands alone is the shell's script; beside a command the shell reads it as it is.</summary>
    private static string[] ShellForm(Instruction i, string[] shell) => i.Heredocs switch
    {
        [] => [.. shell, i.Rest],
        [var only] when HeredocWord.Read(i.Rest) is not null => [.. shell, only.Content],
        _ => [.. shell, i.Heredocs.Aggregate(i.Rest, (text, doc) => $"{text}\n{doc.Content}{doc.Name}")],
    };
}
