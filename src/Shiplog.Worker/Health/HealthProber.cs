using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Health;

/// <summary>Runs one probe: a process in the container like its first one, by the runtime's exec.</summary>
internal static class HealthProber
{
    private const int OutputLimit = 4096;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastBytes = TimeSpan.FromSeconds(2);

    public static async Task<HealthProbe> RunAsync(OciRuntime runtime, ContainerPaths container, HealthCheck check, TimeProvider time)
    {
        var began = time.GetUtcNow();
        var (spec, pidFile) = (Path.Combine(container.Bundle, "probe.json"), Path.Combine(container.Bundle, "probe.pid"));
        File.Delete(pidFile);
        File.WriteAllText(spec, Spec(File.ReadAllText(Path.Combine(container.Bundle, "config.json")), check.Command));
        var (ours, theirs) = Child.SocketPair();
        using (ours)
        {
            int pid;
            using (theirs)
            {
                pid = Child.Spawn(
                    runtime.Program, [.. runtime.GlobalArguments, "exec", "--process", spec, "--pid-file", pidFile, container.Id],
                    [Child.Path], "/", [theirs], output: theirs);
            }

            var output = new LimitedOutput(ours, OutputLimit);
            var reading = output.ReadAsync();
            var ended = Child.ReapAsync(pid);
            await StartedAsync(pidFile, ended, time);
            var late = await Task.WhenAny(ended, Task.Delay(check.Timeout, time)) != ended;
            if (late)
                Kill(pidFile, pid);
            var code = await ended;
            // What it left running may hold the other end for ever; what it wrote itself is here by now.
            await Task.WhenAny(reading, Task.Delay(LastBytes, time));
            ours.Close();
            await reading;
            return late
                ? new HealthProbe(began, time.GetUtcNow(), -1, Late(check.Timeout, output.Text))
                : new HealthProbe(began, time.GetUtcNow(), code, output.Text);
        }
    }

    /// <summary>The first process's own description with another program: its user, capabilities, environment and limits hold.</summary>
    internal static string Spec(string config, string[] command)
    {
        var process = JsonNode.Parse(config)!["process"]!.DeepClone().AsObject();
        process["args"] = new JsonArray([.. command.Select(a => (JsonNode?)a)]);
        process["terminal"] = false;
        process.Remove("consoleSize");
        return process.ToJsonString();
    }

    // As Docker: what the runtime takes to start the probe is not the probe's time.
    private static async Task StartedAsync(string pidFile, Task ended, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (!ended.IsCompleted && !File.Exists(pidFile) && time.GetElapsedTime(began) < LongestStart)
            await Task.WhenAny(ended, Task.Delay(Glance, time));
    }

    private static string Late(TimeSpan timeout, string output) =>
        $"Health check exceeded timeout ({Seconds(timeout)})" + (output.Length == 0 ? "" : ": " + output);

    private static string Seconds(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{(time.TotalMinutes >= 1 ? $"{(int)time.TotalMinutes}m" : "")}{time.TotalSeconds % 60:0.###}s");

    // The runtime ends with what it has started; where it has not got so far, it is ended itself.
    private static void Kill(string pidFile, int runtimePid)
    {
        var started = File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? pid
            : runtimePid;
        using var process = PidHandle.Open(started);
        process?.Signal(Signals.SIGKILL);
    }
}

/// <summary>The first bytes that a program writes; the rest is read and dropped.</summary>
internal sealed class LimitedOutput(System.Net.Sockets.Socket socket, int limit)
{
    private readonly byte[] _kept = new byte[limit];
    private int _length;
    private bool _more;

    /// <summary>To be asked when <see cref="ReadAsync"/> has ended.</summary>
    public string Text => Encoding.UTF8.GetString(_kept, 0, _length) + (_more ? "..." : "");

    /// <summary>Until the end, or until the socket is closed.</summary>
    public async Task ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer.AsMemory())) > 0)
            {
                var room = Math.Min(read, limit - _length);
                buffer.AsSpan(0, room).CopyTo(_kept.AsSpan(_length));
                _length += room;
                _more |= room < read;
            }
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // Closed from our side: what has come is what counts.
        }
    }
}
