namespace Shiplog.Cli;

/// <summary>
/// What a shell may offer, in the form in which the docker CLI asks its plugins: one candidate a line, a description behind
/// a tab, and last a directive (<c>:4</c>, no file names), as the library cobra defines it.
/// </summary>
internal static class Completion
{
    private const string NoFiles = ":4";

    /// <param name="line">The words so far, the plugin's name first, the one that is being typed last.</param>
    public static async Task<int> WriteAsync(string[] line, TextWriter output)
    {
        var words = line is [] ? [""] : line;
        var parsed = Commands.Root(TextWriter.Null).Parse([.. PluginArguments.Complete(words[..^1])]);
        var typed = words[^1];
        // Asked at the end of the words, the parser offers what may stand next.
        foreach (var item in parsed.GetCompletions().Where(c => c.Label.StartsWith(typed, StringComparison.Ordinal)))
        {
            if (item.Label.StartsWith('/') || (typed is "" && item.Label.StartsWith('-')))
                continue;
            await output.WriteLineAsync(item.Detail is { Length: > 0 } detail ? $"{item.Label}\t{detail}" : item.Label);
        }
        await output.WriteLineAsync(NoFiles);
        return 0;
    }
}
