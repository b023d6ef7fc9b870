using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class RestartingByPolicy(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Runs_the_program_again_on_what_it_stood_on_until_somebody_stops_it()
    {
        // The third try goes on; what the others wrote is still there, and so is the address.
        var order = await StartAsync(["sh", "-c", "echo x >> /tmp/n; ip -4 addr show eth0 >> /tmp/a; [ $(wc -l < /tmp/n) -gt 3 ] && exec sleep 60; exit 3"], RestartCondition.Always, 30);
        await RestartedAsync(order, 3);
        Of<RestartScheduledReport>(order).Select(r => (r.Attempt, r.Reason, r.Delay.TotalMilliseconds)).ShouldBe(
            [(1, "exit code 3", 100), (2, "exit code 3", 200), (3, "exit code 3", 400)]);
        Of<ContainerRestartedReport>(order).Select(r => r.Attempt).ShouldBe([1, 2, 3]);
        Of<ContainerExitedReport>(order).Count.ShouldBe(3);
        Of<RootFsUnmountedReport>(order).ShouldBeEmpty();
        Of<BridgeDetachedReport>(order).ShouldBeEmpty();
        _host.Server.Batches.Where(b => b.Reports.Any(r => r is ContainerRestartedReport x && x.ContainerId == order.ContainerId))
            .ShouldAllBe(b => b.CommandId == null && b.Cause == "restart-policy");
        File.ReadAllText(Path.Combine(_host.Paths(order.ContainerId).Upper, "tmp/a")).Split("172.30.0.30/24").Length.ShouldBe(5);

        (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 0))).Failure.ShouldBeNull();
        Of<RestartScheduledReport>(order).Count.ShouldBe(3);
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task On_failure_gives_up_after_so_many_tries_and_takes_everything_down()
    {
        var order = await StartAsync(["sh", "-c", "exit 7"], RestartCondition.OnFailure, 31, count: 2);
        await _host.Server.ReceivedAsync<RootFsUnmountedReport>(r => r.ContainerId == order.ContainerId);
        Of<ContainerRestartedReport>(order).Select(r => r.Attempt).ShouldBe([1, 2]);
        Of<ContainerExitedReport>(order).Select(r => r.ExitCode).ShouldBe([7, 7, 7]);
        Of<IpReleasedReport>(order).Count.ShouldBe(1);
        NothingIsLeft(order.ContainerId);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("kill")]
    public async Task Is_called_off_while_it_waits(string by)
    {
        var order = await StartAsync(["sh", "-c", "exit 1"], RestartCondition.Always, 32);
        // By then the wait is longer than this takes.
        await ScheduledAsync(order, 6);
        (await _host.Server.SendAsync(order with { CommandId = "again-" + order.ContainerId })).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        (await _host.Server.SendAsync(new RemoveContainer("remove-" + order.ContainerId, order.ContainerId))).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        var command = $"{by}-{order.ContainerId}";
        (await _host.Server.SendAsync(by == "stop"
            ? new StopContainer(command, order.ContainerId, null, 10)
            : new KillContainer(command, order.ContainerId, "KILL"))).Failure.ShouldBeNull();
        var batch = _host.Server.Batches.Single(b => b.CommandId == command);
        batch.Reports.Select(r => r.GetType().Name).ShouldBe((string[])
            ["IpReleasedReport", "BridgeDetachedReport", "RootFsUnmountedReport", "RestartCancelledReport", .. by == "stop" ? ["ContainerStoppedReport"] : Array.Empty<string>()]);
        batch.Reports.OfType<RestartCancelledReport>().Single().Reason.ShouldBe(by);
        NothingIsLeft(order.ContainerId);
        (await _host.Server.SendAsync(new RemoveContainer("gone-" + order.ContainerId, order.ContainerId))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Ends_with_a_signal_that_somebody_sent()
    {
        var order = await StartAsync(["sh", "-c", "trap 'exit 5' USR1; echo up; while :; do sleep 0.05; done"], RestartCondition.Always, 33);
        await Eventually.Async(() => File.ReadAllText(_host.Paths(order.ContainerId).Log).Contains("up", StringComparison.Ordinal));
        await _host.Server.SendAsync(new KillContainer("usr1-" + order.ContainerId, order.ContainerId, "USR1"));
        await _host.Server.ReceivedAsync<RootFsUnmountedReport>(r => r.ContainerId == order.ContainerId);
        Of<ContainerExitedReport>(order).Single().ExitCode.ShouldBe(5);
        Of<RestartScheduledReport>(order).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_one_in_anothers_namespace_waits_for_the_other()
    {
        // After three bad tries the owner waits longer than whoever is in its namespace, and dies with it.
        var owner = await StartAsync(["sh", "-c", "echo x >> /tmp/n; [ $(wc -l < /tmp/n) -gt 3 ] && exec sleep 60; exit 3"], RestartCondition.Always, 48);
        await RestartedAsync(owner, 3);
        var guest = _host.None(["sleep", "60"]) with
        {
            Restart = new RestartPolicy(RestartCondition.Always, 0),
            Namespaces = new ContainerNamespaces { Pid = NamespaceChoice.Shared, PidOf = owner.ContainerId },
        };
        (await _host.Server.SendAsync(guest)).Failure.ShouldBeNull();

        System.Diagnostics.Process.GetProcessById(Of<ContainerRestartedReport>(owner)[^1].Pid).Kill();

        await RestartedAsync(guest, 1);
        Of<ContainerRestartedReport>(owner).Count.ShouldBe(4);
        Of<RestartCancelledReport>(guest).ShouldBeEmpty();
        foreach (var order in (StartContainer[])[guest, owner])
            (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 0))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Ends_where_the_program_cannot_be_started_any_more()
    {
        var order = await StartAsync(["sh", "-c", "rm /bin/sh; exit 6"], RestartCondition.Always, 34);
        var cancelled = await _host.Server.ReceivedAsync<RestartCancelledReport>(r => r.ContainerId == order.ContainerId);
        (cancelled.Reason, cancelled.Error!.Contains("executable file not found in $PATH", StringComparison.Ordinal)).ShouldBe(("start failed", true));
        Of<StepFailedReport>(order).Single().Step.ShouldBe("StartContainer");
        Of<IpReleasedReport>(order).Count.ShouldBe(1);
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task Goes_on_while_the_server_is_away_and_the_worker_is_killed_again_and_again()
    {
        var order = await StartAsync(["sh", "-c", "echo x >> /tmp/n; exit 3"], RestartCondition.Always, 46);
        await _host.Server.StopAsync();
        for (var i = 1; i <= 3; i++)
        {
            var runs = Runs(order);
            await Eventually.Async(() => Runs(order) > runs);
            await _host.KillWorkerAsync();
            await _host.StartWorkerAsync();
        }

        await _host.Server.StartAsync();
        var last = Runs(order);
        await Eventually.Async(() => Runs(order) > last);
        (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 10))).Failure.ShouldBeNull();
        // Every try was told once, in its order, and every run that was told of has an end.
        var tries = Of<ContainerRestartedReport>(order);
        tries.Select(r => r.Attempt).ShouldBe(Enumerable.Range(1, tries.Count));
        Of<ContainerExitedReport>(order).Count.ShouldBe(tries.Count + 1);
        var scheduled = Of<RestartScheduledReport>(order);
        scheduled.Select(r => r.Attempt).ShouldBe(Enumerable.Range(1, scheduled.Count));
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task Makes_everything_again_after_a_reboot_and_keeps_the_address()
    {
        var order = await StartAsync(["sh", "-c", "ping -c 1 -W 5 172.30.0.1 >> /tmp/n; exec sleep 60"], RestartCondition.UnlessStopped, 36);
        await _host.KillWorkerAsync();
        Reboot(order.ContainerId);
        await _host.StartWorkerAsync();
        await RestartedAsync(order, 1);
        Of<ContainerExitedReport>(order).Single().ExitCode.ShouldBe(255);
        Of<RootFsUnmountedReport>(order).Count.ShouldBe(1);
        Of<BridgeDetachedReport>(order).Count.ShouldBe(1);
        Of<IpReleasedReport>(order).ShouldBeEmpty();
        Of<RootFsMountedReport>(order).Count.ShouldBe(2);
        Of<BridgeAttachedReport>(order).Count.ShouldBe(2);
        Of<IpAssignedReport>(order).Count.ShouldBe(2);
        var answers = Path.Combine(_host.Paths(order.ContainerId).Upper, "tmp/n");
        await Eventually.Async(() => File.ReadAllText(answers).Split("1 packets received").Length == 3);
        (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 0))).Failure.ShouldBeNull();
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task That_waits_when_the_machine_goes_down_makes_everything_again_too()
    {
        var order = await StartAsync(["sh", "-c", "exit 1"], RestartCondition.Always, 37);
        await ScheduledAsync(order, 5);
        await _host.KillWorkerAsync();
        Reboot(order.ContainerId);
        var waited = Of<RestartScheduledReport>(order).Max(r => r.Attempt);
        await _host.StartWorkerAsync();
        await RestartedAsync(order, waited);
        Of<RootFsMountedReport>(order).Count.ShouldBe(2);
        Of<IpReleasedReport>(order).ShouldBeEmpty();
        (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 0))).Failure.ShouldBeNull();
        NothingIsLeft(order.ContainerId);
    }

    private async Task<StartContainer> StartAsync(string[] args, RestartCondition condition, byte host, int count = 0)
    {
        var order = _host.Start(args, host: host) with { Restart = new RestartPolicy(condition, count) };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order;
    }

    private Task RestartedAsync(StartContainer order, int attempt) =>
        Eventually.Async(() => Of<ContainerRestartedReport>(order).Any(r => r.Attempt == attempt));

    private Task ScheduledAsync(StartContainer order, int attempt) =>
        Eventually.Async(() => Of<RestartScheduledReport>(order).Any(r => r.Attempt == attempt));

    private List<T> Of<T>(StartContainer order) where T : Report =>
        [.. _host.Server.Reports.OfType<T>().Where(r => (string?)r.GetType().GetProperty("ContainerId")!.GetValue(r) == order.ContainerId)];

    private int Runs(StartContainer order)
    {
        var file = Path.Combine(_host.Paths(order.ContainerId).Upper, "tmp/n");
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }

    /// <summary>Takes away what a reboot takes, and dates the journal to another boot.</summary>
    private void Reboot(string id)
    {
        var paths = _host.Paths(id);
        var record = ContainerRecord.Load(paths.State)!;
        if (Directory.Exists(Path.Combine(_host.Instance.RunFolder, "runtime", id)))
            _host.Namespaces.Run(_host.Instance.Settings.Runtime, "--root=" + Path.Combine(_host.Instance.RunFolder, "runtime"), "delete", "--force", id);
        if (record.ConmonPid != 0 && Directory.Exists($"/proc/{record.ConmonPid}"))
            _host.Namespaces.Run("kill", "-KILL", $"{record.ConmonPid}");
        _host.Namespaces.Run("umount", paths.Merged);
        _host.Namespaces.Run("umount", paths.NetworkNamespace);
        File.Delete(paths.NetworkNamespace);
        if (Directory.Exists(paths.Bundle))
            Directory.Delete(paths.Bundle, recursive: true);
        File.Delete(paths.ExitFile);
        (record with { BootId = "another boot" }).Save(paths.State, durable: false);
    }

    private void NothingIsLeft(string id)
    {
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(id);
        File.Exists(_host.Paths(id).NetworkNamespace).ShouldBeFalse();
        Directory.Exists(_host.Paths(id).Bundle).ShouldBeFalse();
        File.Exists(_host.Paths(id).ExitFile).ShouldBeFalse();
        Directory.Exists(Path.Combine(_host.Instance.RunFolder, "runtime", id)).ShouldBeFalse();
    }
}
