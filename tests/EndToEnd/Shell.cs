using System.Diagnostics;
using System.Text;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record Ran(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The output, where the command must have succeeded.</summary>
    public string Expected(int exitCode = 0) => ExitCode == exitCode
        ? Output.TrimEnd()
        : throw new InvalidOperationException($"{Command}: exit code {ExitCode}, not {exitCode}\n{Output}\n{Error}");
}

/// <summary>Runs programs as a person would, with an end to its patience.</summary>
internal static class Shell
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Task<Ran> RunAsync(string file, params string[] args) => RunAsync(null, null, file, args);

    public static async Task<Ran> RunAsync(
        IReadOnlyDictionary<string, string>? environment, byte[]? input, string file, params string[] args)
    {
        using var process = Start(environment, file, args);
        using var limit = new CancellationTokenSource(file.EndsWith("infra/up", StringComparison.Ordinal) ? TimeSpan.FromMinutes(10) : Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var command = $"{file} {string.Join(' ', args)}";
        try
        {
            if (input is not null)
                await process.StandardInput.BaseStream.WriteAsync(input, limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new Ran(command, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} did not end in {Patience.TotalSeconds} s", e);
        }
    }

    public static Process Start(IReadOnlyDictionary<string, string>? environment, string file, params string[] args)
    {
        var start = new ProcessStartInfo(file, args)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }
}

/// <summary>A program on a real terminal, by util-linux's script(1): type, and wait for what appears.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;

    public Terminal(IReadOnlyDictionary<string, string> environment, string command)
    {
        _process = Shell.Start(environment, "script", "--quiet", "--flush", "--return", "--command", command, "/dev/null");
        _reading = ReadAsync();
    }

    public string Screen
    {
        get { lock (_screen) return _screen.ToString(); }
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the text has appeared.</summary>
    public async Task SeeAsync(string text)
    {
        for (var end = DateTime.UtcNow.AddSeconds(30); !Screen.Contains(text, StringComparison.Ordinal); await Task.Delay(20))
            if (DateTime.UtcNow > end || (_reading.IsCompleted && !Screen.Contains(text, StringComparison.Ordinal)))
                throw new TimeoutException($"the terminal never showed \"{text}\"; it shows:\n{Screen}");
    }

    /// <summary>Waits for the program's end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        for (int n; (n = await _process.StandardOutput.ReadAsync(buffer)) > 0;)
            lock (_screen)
                _screen.Append(buffer, 0, n);
    }
}
