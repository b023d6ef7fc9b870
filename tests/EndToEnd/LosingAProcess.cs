using System.Diagnostics;
using System.Globalization;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>A process of the engine is killed without warning while containers run: nothing happens to them, and nothing is lost.</summary>
public sealed class LosingAProcess(RunningInstance engine)
{
    [Theory]
    [InlineData("server")]
    [InlineData("worker")]
    public async Task The_container_goes_on_and_its_exit_is_recorded_truly(string process)
    {
        var before = await engine.Kernel.LookAsync();
        var name = "survivor-of-" + process;
        var id = (await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sh", "-c", "trap 'exit 42' USR1; while :; do sleep 0.1; done")).Succeeded().Text;
        var pid = await PidOfAsync(name);

        var old = Kill(process);
        await Eventually.IsTrueAsync(async () => engine.ProcessId(process) != old && await RunsAsync(name));
        (await PidOfAsync(name)).ShouldBe(pid, "the same program still runs");

        (await engine.DockerAsync("kill", "-s", "USR1", name)).Succeeded();
        (await engine.DockerAsync("wait", name)).Succeeded().Text.ShouldBe("42");
        await EndsWithAsync(id, 42);
        (await engine.DockerAsync("rm", name)).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("worker")]
    public async Task An_exit_that_nobody_saw_is_recorded_afterwards(string process)
    {
        var before = await engine.Kernel.LookAsync();
        var name = "unseen-by-" + process;
        var id = (await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sh", "-c", "trap 'exit 7' USR1; while :; do sleep 0.1; done")).Succeeded().Text;
        var pid = await PidOfAsync(name);

        (await engine.InfraAsync("service", "stop", process)).Succeeded();
        var signalled = DateTimeOffset.UtcNow;
        (await Command.RunAsync("kill", ["-USR1", pid.ToString(CultureInfo.InvariantCulture)])).Succeeded();
        await Eventually.IsTrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{pid}")));
        var ended = DateTimeOffset.UtcNow;
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken); // so that the two times can be told apart
        (await engine.InfraAsync("service", "start", process)).Succeeded();

        await EndsWithAsync(id, 7);
        var exit = (await engine.EventsOfAsync(id)).Single(e => e.Type == "container_exited");
        exit.At.ShouldBeInRange(signalled - TimeSpan.FromSeconds(1), ended + TimeSpan.FromSeconds(1), "when it happened, not when it was noticed");
        (await engine.DockerAsync("rm", name)).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task Both_are_ready_again_within_two_seconds()
    {
        var watch = Stopwatch.StartNew();
        var (server, worker) = (Kill("server"), Kill("worker"));
        await Eventually.IsTrueAsync(async () =>
            engine.ProcessId("server") != server && engine.ProcessId("worker") != worker && (await engine.DockerAsync("run", "--rm", "busybox", "true")).ExitCode == 0);
        // The figure itself is measured on a quiet machine (docs/benchmarks.md); here it must only not be of another order.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Without_PostgreSQL_commands_are_refused_and_containers_go_on()
    {
        var before = await engine.Kernel.LookAsync();
        (await engine.DockerAsync("run", "-d", "--name", "unmoved", "busybox", "sleep", "1000")).Succeeded();
        var pid = await PidOfAsync("unmoved");
        var running = await engine.Kernel.LookAsync();

        (await engine.InfraAsync("service", "stop", "postgresql")).Succeeded();
        try
        {
            var refusal = await engine.DockerAsync("run", "--rm", "busybox", "true");
            refusal.ExitCode.ShouldBe(125, refusal.All);
            refusal.Error.ShouldContain("PostgreSQL", Case.Insensitive);
            (await StatusOfAsync("/containers/create", """{"Image":"busybox","Cmd":["true"]}""")).ShouldBe("503");
            Directory.Exists($"/proc/{pid}").ShouldBeTrue();
        }
        finally
        {
            (await engine.InfraAsync("service", "start", "postgresql")).Succeeded();
        }
        await engine.Kernel.LeavesNothingSinceAsync(running);
        (await engine.DockerAsync("run", "--rm", "busybox", "echo", "again")).Succeeded().Text.ShouldBe("again");
        (await engine.DockerAsync("rm", "-f", "unmoved")).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task Without_the_registry_a_pull_says_so_and_local_images_run()
    {
        var before = await engine.Kernel.LookAsync();
        (await engine.InfraAsync("service", "stop", "registry")).Succeeded();
        try
        {
            var refusal = await engine.DockerAsync("pull", $"{engine.Instance.Settings.Registry}/other:latest");
            refusal.ExitCode.ShouldBe(1, refusal.All);
            refusal.Error.ShouldContain(engine.Instance.Settings.Registry);
            (await engine.DockerAsync("run", "--rm", engine.Busybox, "true")).Succeeded();
        }
        finally
        {
            (await engine.InfraAsync("service", "start", "registry")).Succeeded();
        }
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    private int Kill(string process)
    {
        var id = engine.ProcessId(process);
        using var victim = Process.GetProcessById(id);
        victim.Kill();
        return id;
    }

    private async Task<bool> RunsAsync(string name) =>
        (await engine.DockerAsync("inspect", "-f", "{{.State.Running}}", name)).Text == "true";

    private async Task<int> PidOfAsync(string name) =>
        int.Parse((await engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", name)).Succeeded().Text, CultureInfo.InvariantCulture);

    private async Task EndsWithAsync(string id, int code)
    {
        await Eventually.IsTrueAsync(async () => (await engine.EventsOfAsync(id)).Any(e => e.Type == "rootfs_unmounted"));
        (await engine.DockerAsync("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", id)).Succeeded().Text.ShouldBe($"exited {code}");
        (await engine.EventsOfAsync(id)).Single(e => e.Type == "container_exited").Data.GetProperty("exitCode").GetInt32().ShouldBe(code);
    }

    private async Task<string> StatusOfAsync(string path, string body) =>
        (await Command.RunAsync("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", engine.Instance.DockerSocket,
            "-H", "Content-Type: application/json", "-d", body, "http://shiplog" + path])).Text;
}
