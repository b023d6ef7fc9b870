using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>What COPY or ADD asks of whoever has the files.</summary>
public static class CopyPlan
{
    /// <summary>Judges the instruction in this stage.</summary>
    /// <param name="from">The stage or image that <c>--from</c> names; <see langword="null"/> for the build's context.</param>
    public static bool TryMake(
        Instruction i, StageState state, char escape, [NotNullWhen(true)] out BuildCopy? copy, out string? from, [NotNullWhen(false)] out Refusal? refusal)
    {
        (copy, from) = (null, i.Flag("from"));
        if (!CopyArguments.TryParse(i, state.Variables, escape, out var what, out refusal))
            return false;
        if (!TryFlags(i, state, escape, out var owner, out var mode, out var excludes, out refusal))
            return false;
        copy = new BuildCopy(i.Keyword, null, what.Sources, what.Destination, state.Config.WorkingDir is "" ? "/" : state.Config.WorkingDir)
        {
            Files = [.. what.Files.Select(f => new BuildFile(f.Name, f.Content))],
            Owner = owner,
            Mode = mode,
            Unpack = i.Keyword is "ADD",
            Excludes = excludes,
            Parents = i.Has("parents"),
        };
        return true;
    }

    private static bool TryFlags(
        Instruction i, StageState state, char escape, out string? owner, out int? mode, out string[] excludes, [NotNullWhen(false)] out Refusal? refusal)
    {
        (owner, mode, excludes, refusal) = (null, null, [], null);
        var patterns = new List<string>();
        foreach (var flag in i.Flags)
        {
            if (!Words.TryExpand(flag.Value ?? "", state.Variables, escape, out var value, out var fault))
            {
                refusal = Invalid($"{i.Keyword} --{flag.Name}: {fault}");
                return false;
            }
            switch (flag.Name)
            {
                case "chown":
                    owner = value;
                    break;
                case "chmod" when TryMode(value) is { } read:
                    mode = read;
                    break;
                case "chmod":
                    refusal = Invalid($"invalid chmod parameter: '{value}'. it should be octal string and between 0 and 07777");
                    return false;
                case "exclude":
                    patterns.Add(value);
                    break;
                // Without a link to the layers below, which ours never are: each layer stands for itself.
                case "from" or "link" or "parents":
                    break;
                default:
                    refusal = new Refusal(RefusalKind.NotImplemented, $"{i.Keyword} --{flag.Name} is not built yet");
                    return false;
            }
        }
        excludes = [.. patterns];
        return true;
    }

    private static int? TryMode(string text)
    {
        if (text is "" || text.Length > 5 || !text.All(c => c is >= '0' and <= '7'))
            return null;
        var mode = text.Aggregate(0, (sum, digit) => sum * 8 + int.Parse([digit], CultureInfo.InvariantCulture));
        return mode <= 0xfff ? mode : null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);
}
