using System.CommandLine;

namespace Shiplog.Cli;

/// <summary>
/// Entry, by the rules for plugins of the docker CLI (docs.docker.com, "Docker Engine managed plugin", and
/// <c>cli-plugins/manager</c> of the CLI): the metadata on request, completions on request, else a command.
/// </summary>
internal static class Program
{
    private const string Metadata =
        """{"SchemaVersion":"0.1.0","Vendor":"Shiplog","Version":"%","ShortDescription":"Ask the engine about the past"}""";

    private static Task<int> Main(string[] args) => args switch
    {
        ["docker-cli-plugin-metadata"] => WriteAsync(Metadata.Replace("%", Version, StringComparison.Ordinal)),
        ["__complete" or "__completeNoDesc", .. var line] => Completion.WriteAsync(line, Console.Out),
        _ => RunAsync(args),
    };

    private static string Version => typeof(Program).Assembly.GetName().Version!.ToString(3);

    private static async Task<int> WriteAsync(string text)
    {
        await Console.Out.WriteLineAsync(text);
        return 0;
    }

    private static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await Commands.Root(Console.Out).Parse(RunPast.Delimit(PluginArguments.Complete(args))).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CliException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}

/// <summary>What the user is told instead of an answer.</summary>
internal sealed class CliException(string message, Exception? inner = null) : Exception(message, inner);
