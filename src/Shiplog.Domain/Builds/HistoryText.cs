using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>What an image's history says of the step that made it, as the classic builder writes it: variables expanded, files by their digest.</summary>
internal static class HistoryText
{
    private const string NoOperation = "/bin/sh -c #(nop) ";

    /// <summary>Of an instruction that changes the configuration.</summary>
    public static string OfConfig(Instruction i, StageState before, StageState after, char escape) => i.Keyword switch
    {
        // With one blank, as that builder has it of what may make a layer.
        "WORKDIR" => $"{NoOperation}WORKDIR {after.Config.WorkingDir}",
        "ENV" or "LABEL" => Of(i.Keyword, Pairs(i, before, escape)),
        "CMD" => Of("CMD", Listed(after.Config.Cmd)),
        "ENTRYPOINT" => Of("ENTRYPOINT", Listed(after.Config.Entrypoint ?? [])),
        "USER" => Of("USER", after.Config.User),
        "STOPSIGNAL" => Of("STOPSIGNAL", after.Config.StopSignal),
        "EXPOSE" when Words.TryExpandAll(i.Rest, before.Variables, escape, out var ports, out _) => Of("EXPOSE", string.Join(' ', ports.Order(StringComparer.Ordinal))),
        "VOLUME" when JsonForm.TryRead(i.Rest, out var paths, out _) && paths is not null => Of("VOLUME", $"[{string.Join(' ', paths)}]"),
        "VOLUME" when Words.TryExpandAll(i.Rest, before.Variables, escape, out var paths, out _) => Of("VOLUME", $"[{string.Join(' ', paths)}]"),
        "SHELL" => Of("SHELL", $"[{string.Join(' ', after.Shell)}]"),
        _ => AsWritten(i),
    };

    public static string AsWritten(Instruction i) => $"{NoOperation} {i.Original}";

    /// <param name="sources">What is copied.</param>
    public static string OfCopy(BuildCopy copy, BuildSourceDigest sources) =>
        $"{NoOperation}{copy.Instruction} {sources.Kind}:{sources.Digest[(sources.Digest.IndexOf(':', StringComparison.Ordinal) + 1)..]} in {Absolute(copy)} ";

    private static string Absolute(BuildCopy copy) => copy.Destination.StartsWith('/') ? copy.Destination : $"{copy.WorkingDir.TrimEnd('/')}/{copy.Destination}";

    private static string Of(string keyword, string? said) => $"{NoOperation} {keyword} {said}";

    private static string Listed(string[] words) => $"[{string.Join(' ', words.Select(Words.Quoted))}]";

    private static string Pairs(Instruction i, StageState before, char escape)
    {
        if (!NameValues.TryRead(i.Keyword, i.Rest, escape, out var pairs, out _))
            return i.Rest;
        string Expanded(string text) => Words.TryExpand(text, before.Variables, escape, out var expanded, out _) ? expanded : text;
        return string.Join(' ', pairs.Select(p => $"{Expanded(p.Name)}={Expanded(p.Value)}"));
    }
}
