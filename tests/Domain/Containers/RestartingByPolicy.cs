using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;
using RestartPolicy = Shiplog.Domain.Containers.RestartPolicy;

namespace Shiplog.Domain.Tests.Containers;

public sealed class RestartingByPolicy
{
    private const string Id = "id";

    private static readonly RestartScheduledReport Scheduled =
        new(Id, 1, "exit code 3", TimeSpan.FromMilliseconds(100), Given.Now.AddMilliseconds(100), Given.Now);

    private static readonly ContainerRestartedReport Restarted = new(Id, 1, 43, "crun", TimeSpan.FromMilliseconds(1), Given.Now);

    [Theory]
    [InlineData("no", 0)]
    [InlineData("", 3)]
    [InlineData(null, 0)]
    public void The_policy_that_does_nothing_is_none(string? name, int count)
    {
        RestartPolicy.Read(name, count, out var fault).ShouldBeNull();
        fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("always", 0)]
    [InlineData("unless-stopped", 0)]
    [InlineData("on-failure", 0)]
    [InlineData("on-failure", 5)]
    public void The_others_are_kept_as_they_are_named(string name, int count)
    {
        RestartPolicy.Read(name, count, out var fault).ShouldBe(new RestartPolicy(name, count));
        fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("on-failure", -1, "invalid restart policy: maximum retry count cannot be negative")]
    [InlineData("always", 1, "invalid restart policy: maximum retry count can only be used with 'on-failure'")]
    [InlineData("no", -1, "invalid restart policy: maximum retry count can only be used with 'on-failure' and cannot be negative")]
    [InlineData("sometimes", 0, "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'")]
    public void What_is_none_is_refused_in_Dockers_words(string name, int count, string message)
    {
        RestartPolicy.Read(name, count, out var fault).ShouldBeNull();
        fault.ShouldBe(message);
    }

    [Fact]
    public void A_container_that_removes_itself_cannot_have_one() => CreateContainer.Decide(
            Given.Creation(host: Given.Host with { AutoRemove = true, Restart = new RestartPolicy("always", 0) }), Container.Absent, Given.Busybox, Given.Now)
        .ShouldRefuse(RefusalKind.Invalid, "can't create 'AutoRemove' container with restart policy");

    [Fact]
    public void An_end_with_another_try_is_restarting_and_the_try_runs_under_its_start()
    {
        var exited = Given.Container(Given.Exited);
        var waiting = Given.After(exited, RecordRestart.Decide(Scheduled, exited).Event<ContainerRestartScheduled>());
        waiting.Status.ShouldBe(ContainerStatus.Restarting);
        waiting.RestartCount.ShouldBe(1);
        waiting.ExitCode.ShouldBe(3);
        var running = Given.After(waiting, RecordRestart.Decide(Restarted, waiting).Event<ContainerStarted>());
        running.Status.ShouldBe(ContainerStatus.Running);
        running.Pid.ShouldBe(43);
        running.RestartCount.ShouldBe(1);
        running.NextStartAt.ShouldBeNull();
    }

    [Fact]
    public void A_try_that_was_never_scheduled_or_runs_already_is_not_recorded()
    {
        RecordRestart.Decide(Restarted, Given.Container(Given.Exited)).ShouldBe(Decision.Nothing);
        RecordRestart.Decide(Restarted with { Attempt = 2 }, Given.Container(Given.Restarting)).ShouldBe(Decision.Nothing);
        RecordRestart.Decide(Scheduled, Given.Container(Given.Started)).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void A_start_by_hand_counts_from_the_beginning() =>
        Given.Container([.. Given.Restarting, new ContainerRestartCancelled(Given.ContainerId, null, "stop", null, Given.Now), .. Given.Started])
            .RestartCount.ShouldBe(0);

    [Fact]
    public void A_kill_during_the_wait_ends_it_and_is_done()
    {
        var container = Given.Container([.. Given.Restarting, new ContainerKillRequested(Given.ContainerId, "kill", "KILL", Given.Now)]);
        var command = new OpenCommand("kill", "KillContainer", new ContainerKillRequested(Given.ContainerId, "kill", "KILL", Given.Now));
        var cancelled = RecordRestart.Decide(new RestartCancelledReport(Given.ContainerId, "kill", null, Given.Now), container, command)
            .Event<ContainerRestartCancelled>();
        CommandLife.Closes(cancelled).ShouldBe(("kill", "KillContainer"));
        var after = Given.After(container, cancelled);
        after.Status.ShouldBe(ContainerStatus.Exited);
        after.ExitCode.ShouldBe(3);
        after.OpenCommandId.ShouldBeNull();
    }

    [Fact]
    public void A_try_that_cannot_be_started_says_why_and_is_the_last()
    {
        var container = Given.Container(Given.Restarting);
        var cancelled = RecordRestart.Decide(
            new RestartCancelledReport(Given.ContainerId, "start failed", "no such file", Given.Now), container, null).Event<ContainerRestartCancelled>();
        var after = Given.After(container, cancelled);
        (after.Status, after.Error, after.ExitCode).ShouldBe((ContainerStatus.Exited, "no such file", 3));
    }
}
