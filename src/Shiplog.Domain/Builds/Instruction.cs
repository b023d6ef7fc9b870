namespace Shiplog.Domain.Builds;

/// <summary>One instruction of a Dockerfile; not expanded.</summary>
/// <param name="Keyword">In upper case.</param>
/// <param name="Rest">
/// What follows keyword and flags, its lines joined and comments in it dropped; of ONBUILD the whole trigger, here-documents included.
/// </param>
/// <param name="Heredocs">In the order in which the line names them.</param>
/// <param name="Original">The instruction as it is written, its lines joined: what a build's output says of the step.</param>
/// <param name="Line">Where it begins, from 1.</param>
public sealed record Instruction(string Keyword, InstructionFlag[] Flags, string Rest, Heredoc[] Heredocs, string Original, int Line)
{
    /// <summary>The text that <see cref="Images.ContainerChange"/> applies.</summary>
    public string Change => Flags is [] ? $"{Keyword} {Rest}" : Original;

    /// <summary>The value of a flag; <see langword="null"/> where it is not given, or has none.</summary>
    public string? Flag(string name) => Array.Find(Flags, f => f.Name == name)?.Value;

    /// <summary>The values of a flag that may be given more than once.</summary>
    public IEnumerable<string> AllOf(string name) => Flags.Where(f => f.Name == name).Select(f => f.Value ?? "");

    /// <summary>Is a flag that asks for yes or no given, and not as no?</summary>
    public bool Has(string name) => Array.Find(Flags, f => f.Name == name) is { } flag && !"false".Equals(flag.Value, StringComparison.OrdinalIgnoreCase);
}

/// <summary><c>--name=value</c>; without <c>=</c> the value is absent.</summary>
public sealed record InstructionFlag(string Name, string? Value);

/// <summary>The lines between <c>&lt;&lt;EOF</c> and <c>EOF</c>.</summary>
/// <param name="Content">With its line ends; the tabs that <c>&lt;&lt;-</c> takes away are gone.</param>
/// <param name="Expand">Variables are put in: no part of the name is quoted.</param>
/// <param name="Chomp">It was written with <c>&lt;&lt;-</c>.</param>
/// <param name="FileDescriptor">The number before <c>&lt;&lt;</c>.</param>
public sealed record Heredoc(string Name, string Content, bool Expand, bool Chomp, int? FileDescriptor);

/// <summary>FROM and what follows up to the next.</summary>
/// <param name="Name">In lower case; absent where it has none.</param>
/// <param name="Platform">Not expanded.</param>
/// <param name="From">An image's or a stage's name; not expanded.</param>
public sealed record BuildStage(int Index, string? Name, string? Platform, string From, Instruction FromInstruction, Instruction[] Instructions)
{
    /// <summary>What a message calls it.</summary>
    public string Title => Name ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stage-{Index}");
}
