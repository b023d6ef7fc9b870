using System.Diagnostics;
using System.Globalization;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker exec and docker top.</summary>
public sealed class ExecutingPrograms(RunningInstance engine)
{
    [Fact]
    public async Task A_program_has_its_streams_its_exit_code_and_its_place_in_the_log()
    {
        await RunBoxAsync("exec-plain");
        var ran = await engine.DockerAsync("exec", "exec-plain", "sh", "-c", "echo out; echo err >&2; exit 4");
        (ran.ExitCode, ran.Output, ran.Error).ShouldBe((4, "out\n", "err\n"));
        (await Command.RunAsync("docker", ["exec", "-i", "exec-plain", "wc", "-c"], engine.DockerEnvironment, new string('x', 100_000))).Succeeded().Text.ShouldBe("100000");
        (await engine.DockerAsync("exec", "-u", "nobody", "-w", "/tmp", "-e", "TOKEN=s3cret", "exec-plain", "sh", "-c", "id -u; pwd; echo $TOKEN"))
            .Succeeded().Text.ShouldBe("65534\n/tmp\ns3cret");
        var events = (await engine.EventsOfAsync("exec-plain")).Where(e => e.Type.StartsWith("exec_", StringComparison.Ordinal)).ToList();
        events.Take(4).Select(e => e.Type).ShouldBe(["exec_created", "exec_start_requested", "exec_started", "exec_exited"]);
        events[3].Data.GetProperty("exitCode").GetInt32().ShouldBe(4);
        events[1].Actor.ShouldBe("unix:root");
        events.ShouldAllBe(e => !e.Data.GetRawText().Contains("s3cret"));
        (await engine.DockerAsync("rm", "-f", "exec-plain")).Succeeded();
    }

    [Fact]
    public async Task What_cannot_be_run_exits_as_from_a_shell()
    {
        await RunBoxAsync("exec-fails");
        var missing = await engine.DockerAsync("exec", "exec-fails", "nosuch");
        missing.ExitCode.ShouldBe(127);
        (missing.Output + missing.Error).ShouldContain("OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown");
        (await engine.DockerAsync("exec", "exec-fails", "/etc/passwd")).ExitCode.ShouldBe(126);
        (await engine.DockerAsync("rm", "-f", "exec-fails")).Succeeded();
    }

    [Fact]
    public async Task A_terminal_is_one_and_is_left_by_its_keys()
    {
        await RunBoxAsync("exec-tty");
        await using (var terminal = engine.OpenTerminal("docker exec -it exec-tty sh"))
        {
            await terminal.ShowsAsync("/ #");
            await terminal.TypeAsync("tty; exit 5");
            await terminal.ShowsAsync("/dev/pts/");
            (await terminal.ExitAsync()).ShouldBe(5);
        }
        await using (var terminal = engine.OpenTerminal("docker exec -it exec-tty sh"))
        {
            await terminal.ShowsAsync("/ #");
            await terminal.TypeAsync("\u0010\u0011");
            await terminal.ExitAsync();
        }
        (await engine.DockerAsync("top", "exec-tty", "-o", "pid,args")).Succeeded().Text.ShouldContain("sh");
        (await engine.DockerAsync("rm", "-f", "exec-tty")).Succeeded();
    }

    [Theory]
    [InlineData("server")]
    [InlineData("worker")]
    public async Task One_that_runs_while_a_process_of_the_engine_is_killed_ends_truly_and_once(string process)
    {
        var name = "exec-over-" + process;
        await RunBoxAsync(name);
        (await engine.DockerAsync("exec", "-d", name, "sh", "-c", "while test ! -e /tmp/go; do sleep 0.1; done; exit 42")).Succeeded();
        var before = engine.ProcessId(process);
        using (Process.Start("kill", ["-KILL", before.ToString(CultureInfo.InvariantCulture)]))
            await Eventually.IsTrueAsync(() => Task.FromResult(engine.ProcessId(process) != before));
        await Eventually.IsTrueAsync(async () => (await engine.DockerAsync("exec", name, "touch", "/tmp/go")).ExitCode == 0);
        await Eventually.IsTrueAsync(async () => (await engine.EventsOfAsync(name)).Any(e => e.Type == "exec_exited" && e.Data.GetProperty("exitCode").GetInt32() == 42));
        await Eventually.IsTrueAsync(async () => (await engine.StatusAsync()).OpenCommands == 0);
        foreach (var exec in (await engine.EventsOfAsync(name)).Where(e => e.Type.StartsWith("exec_", StringComparison.Ordinal)).GroupBy(e => e.Data.GetProperty("execId").GetString()))
        {
            var requested = exec.Count(e => e.Type == "exec_start_requested");
            exec.Count(e => e.Type is "exec_started" or "exec_failed").ShouldBe(requested);
            exec.Count(e => e.Type == "exec_exited").ShouldBe(exec.Count(e => e.Type == "exec_started"));
        }
        (await engine.DockerAsync("rm", "-f", name)).Succeeded();
    }

    private async Task RunBoxAsync(string name) => (await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sleep", "1000")).Succeeded();
}
