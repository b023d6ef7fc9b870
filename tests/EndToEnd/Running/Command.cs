using System.Diagnostics;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>What a program said and how it ended.</summary>
internal sealed record Result(string Program, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output without the white space around it.</summary>
    public string Text => Output.Trim();

    /// <summary>The lines of standard output that are not empty.</summary>
    public string[] Lines() => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Both streams, for messages that may be on either.</summary>
    public string All => Output + Error;

    /// <summary>This result, if the program succeeded.</summary>
    public Result Succeeded() =>
        ExitCode == 0 ? this : throw new ShouldAssertException($"{Program} ended with {ExitCode}:\n{Output}{Error}");
}

/// <summary>Runs programs to their end.</summary>
internal static class Command
{
    public static async Task<Result> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var timeout = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(120));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return new Result($"{program} {string.Join(' ', start.ArgumentList)}", process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in time");
        }
    }
}
