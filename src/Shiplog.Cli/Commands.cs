using System.CommandLine;

namespace Shiplog.Cli;

/// <summary>The tree of commands. At its root stand docker's own options, as far as they say which engine is meant.</summary>
internal static class Commands
{
    /// <summary>The plugin's name, and its command's.</summary>
    public const string Name = "shiplog";

    private static readonly Option<string?> Host = new("--host", "-H") { Description = "Engine to ask", Recursive = true };
    private static readonly Option<string?> Context = new("--context", "-c") { Description = "Docker context to use", Recursive = true };
    private static readonly Option<string?> Config = new("--config") { Description = "Folder of the docker CLI's configuration", Recursive = true };
    // Docker's, and of no meaning here.
    private static readonly Option<bool> Debug = new("--debug", "-D") { Hidden = true, Recursive = true };
    private static readonly Option<string?> LogLevel = new("--log-level", "-l") { Hidden = true, Recursive = true };

    public static RootCommand Root(TextWriter output)
    {
        var shiplog = new Command(Name, "Ask the engine about the past")
        {
            ShowContainer.Command(output), ListContainers.Command(output), ShowLogs.Command(output), WhoHad.Command(output),
            ShowLineage.Command(output), ShowLayers.Command(output), ShowImageDiff.Command(output), ShowTags.Command(output), RunPast.Command(Own),
            ListRecordings.Command(output), PlayRecording.Command(output),
        };
        return new RootCommand("Ask the engine about the past") { shiplog, Host, Context, Config, Debug, LogLevel };
    }

    /// <summary>The engine that these arguments and the environment mean.</summary>
    /// <exception cref="CliException">They mean none that can be asked.</exception>
    public static Engine EngineOf(ParseResult parsed) => new(DockerEndpoint.Resolve(
        parsed.GetValue(Host), parsed.GetValue(Context), parsed.GetValue(Config), Environment.GetEnvironmentVariable, File.Exists));

    /// <summary>Docker's own options, as they were given: for whoever calls it again.</summary>
    private static IEnumerable<string> Own(ParseResult parsed) =>
        from option in (Option<string?>[])[Host, Context, Config]
        where parsed.GetValue(option) is not null
        from word in (string[])[option.Name, parsed.GetValue(option)!]
        select word;

    /// <summary>A container's name or id, present or removed; the shell offers those that there were.</summary>
    public static Argument<string> Container()
    {
        var argument = new Argument<string>("CONTAINER") { HelpName = "CONTAINER", Description = "Name or id, of a removed container too" };
        argument.CompletionSources.Add(context => Names(context.ParseResult, async engine =>
            (await engine.ContainersAsync(null, CancellationToken.None)).Select(c => c.Name)));
        return argument;
    }

    /// <summary>An image's name or id, present or removed; the shell offers the names that there are.</summary>
    public static Argument<string> Image(string name = "IMAGE")
    {
        var argument = new Argument<string>(name) { HelpName = name, Description = "Name or id, of a removed image too" };
        argument.CompletionSources.Add(context => Names(context.ParseResult, ImageNamesAsync));
        return argument;
    }

    /// <summary>What the shell offers for an image.</summary>
    internal static async Task<IEnumerable<string>> ImageNamesAsync(Engine engine) =>
        (await engine.ImagesAsync(CancellationToken.None)).SelectMany(i => i.References);

    // A shell that asks for completions is not told what went wrong.
    internal static string[] Names(ParseResult parsed, Func<Engine, Task<IEnumerable<string>>> ask)
    {
        try
        {
            using var engine = EngineOf(parsed);
            return [.. ask(engine).GetAwaiter().GetResult().Distinct()];
        }
        catch (CliException)
        {
            return [];
        }
    }
}
