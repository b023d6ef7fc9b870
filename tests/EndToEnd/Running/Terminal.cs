using System.Diagnostics;
using System.Text;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>A program on a real pseudo-terminal, which script(1) makes, and somebody who types.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;

    private Terminal(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static Terminal Open(string command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("script", ["-qefc", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment["TERM"] = "xterm";
        return new Terminal(Process.Start(start) ?? throw new InvalidOperationException("script(1) did not start"));
    }

    /// <summary>All that was shown so far.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
                return _screen.ToString();
        }
    }

    /// <summary>Waits until this is shown, after what was waited for before.</summary>
    public async Task ShowsAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task changed;
            lock (_screen)
            {
                var at = _screen.ToString().IndexOf(text, _seen, StringComparison.Ordinal);
                if (at >= 0)
                {
                    _seen = at + text.Length;
                    return;
                }
                changed = _changed.Task;
            }
            if (await Task.WhenAny(changed, Task.Delay(Timeout.Infinite, limit.Token)) != changed)
                throw new TimeoutException($"the terminal does not show '{text}' but:\n{Screen}");
            if (_process.HasExited && _reading.IsCompleted && !Screen[_seen..].Contains(text, StringComparison.Ordinal))
                throw new InvalidOperationException($"the program ended without showing '{text}':\n{Screen}");
        }
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the program's end.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        int read;
        do
        {
            read = await _process.StandardOutput.ReadAsync(buffer);
            lock (_screen)
            {
                _screen.Append(buffer, 0, read);
                var changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.SetResult();
            }
        }
        while (read > 0);
    }
}
