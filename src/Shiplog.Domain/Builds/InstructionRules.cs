using System.Text.RegularExpressions;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>What each instruction may say, as far as that can be told before variables are known (Dockerfile reference).</summary>
internal static partial class InstructionRules
{
    private static readonly string[] Keywords =
    [
        "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG", "ONBUILD",
        "STOPSIGNAL", "HEALTHCHECK", "SHELL",
    ];

    /// <returns>What is wrong, in Docker's words; <see langword="null"/> where nothing is.</returns>
    public static string? Fault(Instruction instruction, char escape) =>
        Keywords.Contains(instruction.Keyword) ? Form(instruction, escape) : Unknown(instruction);

    /// <summary>Split where Docker splits what has no quotes.</summary>
    public static string[] Blanks(string rest) => rest.Split([' ', '\t', '\v', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static string Unknown(Instruction instruction)
    {
        var written = Blanks(instruction.Original) is [var word, ..] ? word : "";
        var suggestion = Suggestion.For(instruction.Keyword, Keywords);
        return $"unknown instruction: {written}{(written.Any(char.IsAsciiLetterLower) ? suggestion.ToLowerInvariant() : suggestion)}";
    }

    private static string? Form(Instruction instruction, char escape) => instruction.Keyword switch
    {
        "ADD" or "COPY" => Copy(instruction),
        "ARG" => Argument(instruction, escape) ?? Flags(instruction),
        "CMD" or "ENTRYPOINT" => Flags(instruction) ?? (JsonForm.TryRead(instruction.Rest, out _, out var fault) ? null : fault),
        "ENV" or "LABEL" => Flags(instruction) ?? (NameValues.TryRead(instruction.Keyword, instruction.Rest, escape, out _, out var fault) ? null : fault),
        "EXPOSE" => AtLeastOne(instruction) ?? Flags(instruction),
        "FROM" => StageName(Blanks(instruction.Rest)) ?? Flags(instruction),
        "HEALTHCHECK" => HealthInstruction.Parse(instruction.Flags, instruction.Rest).Fault,
        "ONBUILD" => Flags(instruction) ?? Trigger(instruction, escape),
        "RUN" => Flags(instruction) ?? Run(instruction),
        "SHELL" => Flags(instruction) ?? Shell(instruction),
        "VOLUME" => Volume(instruction) ?? Flags(instruction),
        _ => (instruction.Rest is "" ? $"{instruction.Keyword} requires exactly one argument" : null) ?? Flags(instruction),
    };

    private static string? Flags(Instruction instruction) => InstructionFlags.Fault(instruction.Keyword, instruction.Flags);

    private static string? AtLeastOne(Instruction instruction) => instruction.Rest is "" ? $"{instruction.Keyword} requires at least one argument" : null;

    private static string? Copy(Instruction instruction)
    {
        if (!JsonForm.TryRead(instruction.Rest, out var words, out var fault))
            return fault;
        words ??= Blanks(instruction.Rest);
        if (words.Length < 2)
            return $"{instruction.Keyword} requires at least two arguments, but only one was provided. Destination could not be determined";
        return Flags(instruction)
            ?? (HeredocWord.Read(words[^1]) is not null ? $"{instruction.Keyword} cannot accept a heredoc as a destination" : null)
            ?? (instruction.Flag("from") is "" ? "missing a value on flag: --from" : null)
            ?? (instruction.Flag("from")?.Contains('$', StringComparison.Ordinal) == true
                ? "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround" : null);
    }

    private static string? Argument(Instruction instruction, char escape) =>
        Words.Split(instruction.Rest, escape) is not { Count: > 0 } words ? "ARG requires at least one argument"
        : words.Exists(w => w[0] == '=') ? "ARG names can not be blank"
        : null;

    private static string? StageName(string[] words) => words switch
    {
        [_] => null,
        [_, var @as, var name] when "as".Equals(@as, StringComparison.OrdinalIgnoreCase) => ValidName().IsMatch(name.ToLowerInvariant())
            ? null : $"invalid name for build stage: {Words.Quoted(name)}, name can't start with a number or contain symbols",
        _ => "FROM requires either one or three arguments",
    };

    private static string? Trigger(Instruction instruction, char escape) =>
        AtLeastOne(instruction) ?? ContainerChange.Untriggered(instruction.Rest)
        // A here-document's lines are no part of what the rules judge.
        ?? Fault(DockerfileReader.Parse(instruction.Rest.Split('\n')[0], escape, instruction.Line), escape);

    private static string? Run(Instruction instruction)
    {
        if (!JsonForm.TryRead(instruction.Rest, out var words, out var fault))
            return fault;
        if (words is [] || instruction.Rest is "")
            return "RUN requires at least one argument";
        if (instruction.Flag("network") is { } network and not ("default" or "none" or "host"))
            return $"invalid network mode {Words.Quoted(network)}";
        if (instruction.Flag("security") is { } security and not ("sandbox" or "insecure"))
            return $"security {Words.Quoted(security)} is not valid";
        return instruction.AllOf("mount").Select(RunMount.Fault).FirstOrDefault(f => f is not null);
    }

    private static string? Shell(Instruction instruction) =>
        !JsonForm.TryRead(instruction.Rest, out var words, out var fault) ? fault
        : words is [] || instruction.Rest is "" ? "SHELL requires at least one argument"
        : words is null ? "SHELL requires the arguments to be in JSON form"
        : null;

    private static string? Volume(Instruction instruction) =>
        !JsonForm.TryRead(instruction.Rest, out var words, out var fault) ? fault
        : words is [] || instruction.Rest is "" ? "VOLUME requires at least one argument"
        : words?.Any(string.IsNullOrWhiteSpace) == true ? "VOLUME specified can not be an empty string"
        : null;

    [GeneratedRegex(@"\A[a-z][a-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
