using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>One name that ARG declares, with the value that it has where the build is given none; not expanded.</summary>
public sealed record BuildArgument(string Name, string? Default);

/// <summary>What ARG declares (Dockerfile reference, "ARG").</summary>
public static class BuildArguments
{
    private static readonly string[] OfPlatforms =
        ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"];

    /// <summary>The names of one instruction, in its order.</summary>
    public static BuildArgument[] Of(Instruction arg, char escape) =>
        [.. Words.Split(arg.Rest, escape).Select(w => w.Split('=', 2)).Select(w => new BuildArgument(w[0], w is [_, var value] ? value : null))];

    /// <summary>
    /// What FROM knows: of what the build is given the names that are declared before the first FROM, and the platforms, which need no
    /// declaration; else the defaults.
    /// </summary>
    /// <param name="given">By the build's caller.</param>
    /// <param name="fault">A default cannot be expanded; in BuildKit's words, with the line.</param>
    internal static Func<string, string?> Global(Instruction[] metaArgs, IReadOnlyDictionary<string, string> given, char escape, out string? fault)
    {
        fault = null;
        var known = given.Where(g => OfPlatforms.Contains(g.Key)).ToDictionary();
        foreach (var (instruction, argument) in metaArgs.SelectMany(m => Of(m, escape).Select(a => (m, a))))
        {
            if (!given.TryGetValue(argument.Name, out var value))
            {
                if (argument.Default is null)
                    continue;
                if (!Words.TryExpand(argument.Default, known.GetValueOrDefault, escape, out value, out var wrong))
                    fault ??= Dockerfile.OnLine(instruction.Line, wrong);
            }
            known[argument.Name] = value;
        }
        return known.GetValueOrDefault;
    }
}
