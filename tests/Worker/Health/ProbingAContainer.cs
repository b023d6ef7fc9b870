using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Health;

public sealed class ProbingAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Reports_each_change_once_and_keeps_the_last_probes()
    {
        var order = await StartAsync(["sleep", "60"], ["sh", "-c", "echo checked; test ! -e /tmp/ill"]);
        await ChangedAsync(order, "healthy");
        await KnownAsync(order, h => h.Log.Length == 5);
        _host.Namespaces.Run("touch", _host.Paths(order.ContainerId).Merged + "/tmp/ill");
        await ChangedAsync(order, "unhealthy");
        _host.Namespaces.Run("rm", _host.Paths(order.ContainerId).Merged + "/tmp/ill");
        await Eventually.Async(() => Changes(order).Count == 3);
        Changes(order).Select(r => (r.From, r.To)).ShouldBe([("starting", "healthy"), ("healthy", "unhealthy"), ("unhealthy", "healthy")]);
        Changes(order)[1].FailingStreak.ShouldBe(2);
        Changes(order).ShouldAllBe(r => r.Output == "checked\n");
        _host.Server.Batches.Where(b => b.Reports.Any(r => r is HealthChangedReport)).ShouldAllBe(b => b.Cause == "health" && b.CommandId == null);
        await EndAsync(order);
    }

    [Fact]
    public async Task Runs_as_the_container_does_and_cuts_its_output()
    {
        var order = await StartAsync(["sleep", "60"], ["sh", "-c", "id -u; grep -E 'Seccomp:|CapEff|CapBnd' /proc/self/status; seq 1 3000"], p => p with { User = "alice" });
        await ChangedAsync(order, "healthy");
        var output = Changes(order)[0].Output;
        output.ShouldStartWith("1000\n");
        output.ShouldContain("CapEff:\t0000000000000000");
        output.ShouldContain("CapBnd:\t00000000a80425fb");
        output.ShouldContain("Seccomp:\t2");
        output.Length.ShouldBe(4096 + 3);
        output.ShouldEndWith("...");
        await EndAsync(order);
    }

    [Fact]
    public async Task That_takes_too_long_is_killed_and_has_failed()
    {
        var order = await StartAsync(["sleep", "60"], ["sh", "-c", "echo slow; exec sleep 777"], timeout: 2000);
        await ChangedAsync(order, "unhealthy");
        var known = await KnownAsync(order, h => h.FailingStreak >= 2);
        known.Log[^1].ExitCode.ShouldBe(-1);
        known.Log[^1].Output.ShouldBe("Health check exceeded timeout (2s): slow\n");
        await EndAsync(order);
    }

    [Fact]
    public async Task Whose_program_is_not_there_has_failed_and_says_so()
    {
        var order = await StartAsync(["sleep", "60"], ["/no/such"]);
        await ChangedAsync(order, "unhealthy");
        Changes(order)[0].Output.ShouldContain("/no/such");
        await EndAsync(order);
    }

    [Fact]
    public async Task Goes_on_over_kills_of_the_worker_and_tells_no_change_twice()
    {
        var order = await StartAsync(["sleep", "60"], ["sh", "-c", "echo x >> /tmp/probes"]);
        await ChangedAsync(order, "healthy");
        for (var i = 0; i < 2; i++)
        {
            await _host.KillWorkerAsync();
            var before = Probes(order);
            await _host.StartWorkerAsync();
            await Eventually.Async(() => Probes(order) > before + 1);
        }

        Changes(order).Count.ShouldBe(1);
        await EndAsync(order);
    }

    [Fact]
    public async Task That_fails_restarts_the_container_where_that_is_asked_for()
    {
        var order = await StartAsync(["sh", "-c", "echo x >> /tmp/n; trap 'exit 0' TERM; while :; do sleep 0.05; done"], ["sh", "-c", "[ $(wc -l < /tmp/n) -gt 1 ]"], restart: true);
        await Eventually.Async(() => Of<ContainerRestartedReport>(order).Count == 1);
        Of<RestartScheduledReport>(order).Single().Reason.ShouldBe("unhealthy");
        await ChangedAsync(order, "healthy");
        _host.Server.Batches.Where(b => b.Reports.Any(r => r is ContainerRestartedReport x && x.ContainerId == order.ContainerId
            || r is ContainerExitedReport y && y.ContainerId == order.ContainerId)).ShouldAllBe(b => b.Cause == "health");
        await EndAsync(order);
        Of<ContainerRestartedReport>(order).Count.ShouldBe(1);
    }

    private async Task<StartContainer> StartAsync(
        string[] args, string[] check, Func<ContainerProcess, ContainerProcess>? process = null, int timeout = 10_000, bool restart = false)
    {
        var order = _host.None(args, process) with
        {
            Health = new HealthCheck(check, Often, TimeSpan.FromMilliseconds(timeout), TimeSpan.Zero, Often, 2, restart, 10),
        };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order;
    }

    private async Task EndAsync(StartContainer order) => (await _host.Server.SendAsync(
        new KillContainer("end-" + order.ContainerId, order.ContainerId, "KILL"))).Failure.ShouldBeNull();

    private Task ChangedAsync(StartContainer order, string to) => Eventually.Async(() => Changes(order) is [.., var last] && last.To == to);

    private async Task<ContainerHealth> KnownAsync(StartContainer order, Func<ContainerHealth, bool> condition)
    {
        using var http = _host.Server.Http();
        ContainerHealth? known = null;
        await Eventually.Async(() => (known = JsonSerializer.Deserialize<ContainerHealth>(
            http.GetStringAsync(WorkerStreams.Health(order.ContainerId)).GetAwaiter().GetResult())) is { } h && condition(h));
        return known!;
    }

    private List<HealthChangedReport> Changes(StartContainer order) => Of<HealthChangedReport>(order);

    private List<T> Of<T>(StartContainer order) where T : Report =>
        [.. _host.Server.Reports.OfType<T>().Where(r => (string?)r.GetType().GetProperty("ContainerId")!.GetValue(r) == order.ContainerId)];

    private int Probes(StartContainer order) => File.ReadAllLines(Path.Combine(_host.Paths(order.ContainerId).Upper, "tmp/probes")).Length;
}
