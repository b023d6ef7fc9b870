using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>
/// Four clients start, execute, stop and remove while worker and server are killed again and again. A command may fail then; what
/// has been acknowledged holds, and in the end log, answers and kernel say the same.
/// </summary>
public sealed class LosingProcessesWhileBusy(RunningInstance engine)
{
    private const int Clients = 4, Kills = 6, MostRounds = 500;

    /// <summary>Containers whose creation was acknowledged, and those among them whose removal was.</summary>
    private readonly ConcurrentDictionary<string, bool> _removed = [];
    private readonly ConcurrentQueue<(string Container, int Code)> _executed = [];
    private volatile bool _over;

    [Fact]
    public async Task What_was_acknowledged_holds_and_nothing_is_left()
    {
        var before = await engine.Kernel.LookAsync();
        var clients = Enumerable.Range(0, Clients).Select(n => Task.Run(() => LiveAsync(n))).ToArray();
        try
        {
            await KillAsync();
        }
        finally
        {
            _over = true;
            await Task.WhenAll(clients);
        }
        _removed.Count.ShouldBeGreaterThan(Clients, "the clients got something done");
        _executed.ShouldNotBeEmpty();

        await Eventually.IsTrueAsync(SettledAsync);
        var present = await PresentAsync();
        foreach (var (id, removed) in _removed)
        {
            var types = (await engine.EventsOfAsync(id)).Select(e => e.Type).ToArray();
            types.Count(t => t == "container_created").ShouldBe(1, id);
            if (removed)
                types.Count(t => t == "container_removed").ShouldBe(1, $"{id}: its removal was acknowledged");
            present.Contains(id).ShouldBe(!types.Contains("container_removed"), $"{id}: what the list says is what the log says");
            types.Count(t => t == "container_exited").ShouldBeLessThanOrEqualTo(types.Count(t => t == "container_started"), $"{id}: {string.Join(' ', types)}");
        }
        foreach (var (id, code) in _executed)
            (await engine.EventsOfAsync(id)).Any(e => e.Type == "exec_exited" && e.Data.GetProperty("exitCode").GetInt32() == code)
                .ShouldBeTrue($"{id}: the end of its exec with {code} is in the log");

        foreach (var id in await OursAsync())
            (await engine.DockerAsync("rm", "-f", id)).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    /// <summary>One client: lives of containers one after the other, each command allowed to fail while the engine is away.</summary>
    private async Task LiveAsync(int client)
    {
        for (var round = 0; round < MostRounds && !_over; round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"busy-{client}-{round}");
            var run = await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done");
            if (run.ExitCode != 0)
            {
                await Task.Delay(200);
                continue; // it may have come into being all the same: then it is found by its name in the end
            }
            var id = run.Text;
            _removed[id] = false;
            var code = 3 + round % 5;
            var exec = await engine.DockerAsync("exec", name, "sh", "-c", $"exit {code}");
            if (exec.ExitCode == code)
                _executed.Enqueue((id, code));
            await engine.DockerAsync("stop", "-t", "5", name);
            if ((await engine.DockerAsync("rm", "-f", name)).ExitCode == 0)
                _removed[id] = true;
        }
    }

    private async Task KillAsync()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            string[] victims = (kill % 3) switch { 0 => ["worker"], 1 => ["server"], _ => ["worker", "server"] };
            foreach (var process in victims)
            {
                using var victim = Process.GetProcessById(engine.ProcessId(process));
                victim.Kill();
            }
            // Both again at work before the next is killed: a machine that is slow must not turn this into a test of nothing.
            var done = _removed.Count;
            await Eventually.IsTrueAsync(async () => (await engine.DockerAsync("exec", "no-such-container", "true")).Error.Contains("No such container", StringComparison.Ordinal)
                && _removed.Count > done);
        }
    }

    /// <summary>No container is on its way from one state to another, and each that runs does so in the kernel.</summary>
    private async Task<bool> SettledAsync()
    {
        if ((await engine.StatusAsync()).OpenCommands != 0)
            return false;
        foreach (var id in await OursAsync())
        {
            var state = (await engine.DockerAsync("inspect", "-f", "{{.State.Status}} {{.State.Pid}}", id)).Succeeded().Text.Split(' ');
            var pid = int.Parse(state[1], CultureInfo.InvariantCulture);
            if (state[0] == "running" ? !Directory.Exists($"/proc/{pid}") : pid != 0 || state[0] is not ("created" or "exited"))
                return false;
        }
        // Nothing runs that the engine does not know of: one monitor for each container that runs.
        return engine.Kernel.Monitors().Count() == (await engine.DockerAsync("ps", "-q", "--no-trunc")).Succeeded().Lines().Length;
    }

    private async Task<string[]> OursAsync() =>
        (await engine.DockerAsync("ps", "-aq", "--no-trunc", "--filter", "name=busy-")).Succeeded().Lines();

    private async Task<HashSet<string>> PresentAsync() => [.. (await engine.DockerAsync("ps", "-aq", "--no-trunc")).Succeeded().Lines()];
}
