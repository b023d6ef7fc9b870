using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class StoppingAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const string UntilTerm = "trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done";
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Gently_reports_end_and_stop_in_one_batch_under_the_stops_command()
    {
        var order = await StartAsync(["sh", "-c", UntilTerm]);
        await _host.Server.SendAsync(new StopContainer("stop-1", order.ContainerId, null, 10));
        var batch = _host.Server.Batches.Single(b => b.CommandId == "stop-1");
        batch.Cause.ShouldBeNull();
        batch.Reports[0].ShouldBeOfType<ContainerExitedReport>().ExitCode.ShouldBe(3);
        batch.Reports[^1].ShouldBeOfType<ContainerStoppedReport>().Killed.ShouldBeFalse();
    }

    [Fact]
    public async Task That_does_not_listen_takes_SIGKILL_when_patience_ends()
    {
        var order = await StartAsync(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]);
        var clock = Stopwatch.StartNew();
        await _host.Server.SendAsync(new StopContainer("stop-2", order.ContainerId, null, 1));
        clock.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        var batch = _host.Server.Batches.Single(b => b.CommandId == "stop-2");
        batch.Reports[0].ShouldBeOfType<ContainerExitedReport>().ExitCode.ShouldBe(137);
        batch.Reports[^1].ShouldBeOfType<ContainerStoppedReport>().Killed.ShouldBeTrue();
    }

    [Fact]
    public async Task Twice_at_a_time_gives_each_command_its_own_outcome()
    {
        var order = await StartAsync(["sh", "-c", UntilTerm]);
        var outcomes = await Task.WhenAll(
            _host.Server.SendAsync(new StopContainer("stop-3a", order.ContainerId, null, 10)),
            _host.Server.SendAsync(new StopContainer("stop-3b", order.ContainerId, null, 10)));
        outcomes.ShouldAllBe(o => o.Failure == null);
        foreach (var id in (string[])["stop-3a", "stop-3b"])
            _host.Server.Batches.Single(b => b.CommandId == id).Reports[^1].ShouldBeOfType<ContainerStoppedReport>();
        _host.Server.Reports.OfType<ContainerExitedReport>().Count(r => r.ContainerId == order.ContainerId).ShouldBe(1);
    }

    [Fact]
    public async Task That_has_ended_succeeds()
    {
        var order = await StartAsync(["true"]);
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        (await _host.Server.SendAsync(new StopContainer("stop-4", order.ContainerId, null, 10))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task That_is_frozen_thaws_it_first()
    {
        var order = await StartAsync(["sh", "-c", UntilTerm]);
        (await _host.Server.SendAsync(new PauseContainer("pause-5", order.ContainerId))).Failure.ShouldBeNull();
        (await _host.Server.SendAsync(new PauseContainer("pause-5b", order.ContainerId))).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        await _host.Server.SendAsync(new StopContainer("stop-5", order.ContainerId, null, 10));
        var batch = _host.Server.Batches.Single(b => b.CommandId == "stop-5");
        batch.Reports[0].ShouldBeOfType<ContainerUnpausedReport>();
        batch.Reports[1].ShouldBeOfType<ContainerExitedReport>().ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task By_killing_it_answers_when_the_end_is_recorded()
    {
        var order = await StartAsync(["sleep", "60"]);
        (await _host.Server.SendAsync(new KillContainer("kill-6", order.ContainerId, "SIGKILL"))).Failure.ShouldBeNull();
        _host.Server.Reports.OfType<ContainerExitedReport>().Single(r => r.ContainerId == order.ContainerId).ExitCode.ShouldBe(137);
        (await _host.Server.SendAsync(new KillContainer("kill-6b", order.ContainerId, "KILL"))).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        (await _host.Server.SendAsync(new KillContainer("kill-6c", order.ContainerId, "NOSIG"))).Failure!.Kind.ShouldBe(FailureKind.Invalid);
    }

    [Fact]
    public async Task And_removing_it_leaves_nothing()
    {
        var order = await StartAsync(["sleep", "60"]);
        (await _host.Server.SendAsync(new RemoveContainer("remove-7", order.ContainerId))).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        await _host.Server.SendAsync(new KillContainer("kill-7", order.ContainerId, "KILL"));
        (await _host.Server.SendAsync(new RemoveContainer("remove-7b", order.ContainerId))).Failure.ShouldBeNull();
        Directory.Exists(_host.Paths(order.ContainerId).Folder).ShouldBeFalse();
        (await _host.Server.SendAsync(new RemoveContainer("remove-7c", order.ContainerId))).Failure.ShouldBeNull();
    }

    private async Task<StartContainer> StartAsync(string[] args)
    {
        var order = _host.Start(args, host: (byte)(args.Length + 10));
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        // Before its trap is set, the first process of a container takes no SIGTERM.
        if (args[^1] == UntilTerm)
            await Eventually.Async(() => File.ReadAllText(_host.Paths(order.ContainerId).Log).Contains("up", StringComparison.Ordinal));
        return order;
    }
}
