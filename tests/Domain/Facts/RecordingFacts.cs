using CsCheck;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shouldly;
using Xunit;

namespace Shiplog.Domain.Tests.Facts;

/// <summary>Whatever a worker reports, and however often, the log tells it once.</summary>
public sealed class RecordingFacts
{
    private const string Id = "c1", Command = "cmd";

    private static readonly DateTimeOffset At = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    private static readonly NetworkEndpoint Endpoint =
        new("n1", "bridge", "shiplog0", "172.17.0.0/16", "172.17.0.1", "172.17.0.2", 16, "veth1", "02:42:ac:11:00:02");

    private static readonly StoredImage Image = new("sha256:i", "sha256:m", "type", null, "{}", [new("d", "f", "c", "t", 1, 2, false)]);

    private static readonly object[] Intents = [
        new ContainerStartRequested(Id, Command, Endpoint, At),
        new ContainerStopRequested(Id, Command, null, 10, At),
        new ContainerKillRequested(Id, Command, "KILL", At),
        new ContainerPauseRequested(Id, Command, At),
        new ContainerUnpauseRequested(Id, Command, At),
        new ContainerCommitRequested(Id, Command, "docker.io/library/x:1", "me", null, [], true, "{}", At),
        new ContainerUpdateRequested(Id, Command, new(), new() { Resources = new() { CpuShares = 512 } }, At),
        new ContainerRemoveRequested(Id, Command, false, false, At)];

    private static readonly Report[] Reports = [
        new RootFsMountedReport(Id, "overlay2", ["l"], "/u", "/m", TimeSpan.FromMilliseconds(1), At),
        new RootFsUnmountedReport(Id, At),
        new BridgeAttachedReport(Id, "n1", "shiplog0", "veth1", "eth0", "02:42:ac:11:00:02", "/ns", TimeSpan.FromMilliseconds(1), At),
        new BridgeDetachedReport(Id, "n1", "veth1", At),
        new IpAssignedReport(Id, "n1", "172.17.0.2", 16, "172.17.0.1", TimeSpan.FromMilliseconds(1), At),
        new IpReleasedReport(Id, "n1", "172.17.0.2", At),
        new ContainerStartedReport(Id, 42, "crun", TimeSpan.FromMilliseconds(1), At),
        new ContainerExitedReport(Id, 3, false, "/log", At),
        new RestartScheduledReport(Id, 1, "exit code 3", TimeSpan.FromMilliseconds(100), At, At),
        new ContainerRestartedReport(Id, 1, 43, "crun", TimeSpan.FromMilliseconds(1), At),
        new RestartScheduledReport(Id, 2, "exit code 3", TimeSpan.FromMilliseconds(200), At, At),
        new RestartCancelledReport(Id, "kill", null, At),
        new HealthChangedReport(Id, "starting", "healthy", 0, "", At),
        new HealthChangedReport(Id, "healthy", "unhealthy", 3, "no", At),
        new ContainerStoppedReport(Id, false, At),
        new ContainerSignalledReport(Id, "KILL", At),
        new ContainerPausedReport(Id, At),
        new ContainerUnpausedReport(Id, At),
        new ContainerCommittedReport(Id, Image, "layer", TimeSpan.FromMilliseconds(1), At),
        new ContainerUpdatedReport(Id, At),
        new ContainerRemovedReport(Id, At),
        new StepFailedReport(Id, "MountRootFs", "do", "no space", At),
        new OrderFailedReport(Id, new OrderFailure("MountRootFs", FailureKind.Internal, "no space"), At)];

    private static Container Created => Container.Apply(Container.Absent, new ContainerCreated(
        Id, "create", "name", "busybox", "sha256:p", [], Config, new HostOptions("bridge", false, [], [], [], [], [], [], false, "json-file", 0, 0), At));

    private static ContainerConfig Config =>
        new("", "", "", false, false, false, false, false, false, [], ["sh"], null, "", [], [], [], null, null) { Healthcheck = new Healthcheck(["CMD", "true"], 0, 0, 0, 0, 0) };

    private static Decision Decide(Report report, Container container, OpenCommand? command) => report switch
    {
        RootFsMountedReport r => RecordRootFsMounted.Decide(r, container),
        RootFsUnmountedReport r => RecordRootFsMounted.Decide(r, container),
        BridgeAttachedReport r => RecordBridgeAttached.Decide(r, container),
        BridgeDetachedReport r => RecordBridgeAttached.Decide(r, container),
        IpAssignedReport r => RecordIpAssigned.Decide(r, container),
        IpReleasedReport r => RecordIpAssigned.Decide(r, container),
        ContainerStartedReport r => RecordStarted.Decide(r, container, command),
        ContainerExitedReport r => RecordExited.Decide(r, container),
        RestartScheduledReport r => RecordRestart.Decide(r, container),
        ContainerRestartedReport r => RecordRestart.Decide(r, container),
        RestartCancelledReport r => RecordRestart.Decide(r, container, command),
        HealthChangedReport r => RecordHealth.Decide(r, container),
        ContainerStoppedReport r => RecordStopped.Decide(r, container, command),
        ContainerSignalledReport r => RecordSignalled.Decide(r, container, command),
        ContainerPausedReport r => RecordPaused.Decide(r, container, command),
        ContainerUnpausedReport r => RecordPaused.Decide(r, container, command),
        ContainerCommittedReport r => RecordCommitted.Decide(r, container, command),
        ContainerUpdatedReport r => RecordUpdated.Decide(r, container, command),
        ContainerRemovedReport r => RecordRemoved.Decide(r, container, command),
        StepFailedReport r => RecordStepFailed.Decide(r, container),
        OrderFailedReport r => RecordCommandFailed.Decide(r.Failure, container, command, r.At),
        _ => throw new ArgumentOutOfRangeException(nameof(report)),
    };

    /// <summary>Applies a report, and closes the command where it ended it.</summary>
    private static (Container Container, OpenCommand? Command, object[] Events) Step(Container container, OpenCommand? command, Report report)
    {
        var events = Decide(report, container, command).ShouldBeOfType<Decision.Accepted>().Events;
        foreach (var e in events)
        {
            container = Container.Apply(container, e);
            if (command is not null && CommandLife.Closes(e) == (command.CommandId, command.Kind))
                command = null;
        }
        return (container, command, events);
    }

    [Fact]
    public void A_report_that_comes_again_in_any_situation_adds_nothing()
    {
        var situation = Gen.Select(Gen.Int[0, Intents.Length - 1], Gen.Int[0, Reports.Length - 1].Array[0, 12], Gen.Int[0, Reports.Length - 1]);
        situation.Sample((intent, before, repeated) =>
        {
            var command = CommandLife.Opens(Intents[intent]);
            var container = Container.Apply(Created, Intents[intent]);
            foreach (var n in before)
                (container, command, _) = Step(container, command, Reports[n]);
            (container, command, _) = Step(container, command, Reports[repeated]);
            var (after, _, again) = Step(container, command, Reports[repeated]);
            return again.Length == 0 && after == container;
        }, iter: 20_000);
    }

    [Fact]
    public void A_command_has_at_most_one_outcome_whatever_is_reported()
    {
        Gen.Select(Gen.Int[0, Intents.Length - 1], Gen.Int[0, Reports.Length - 1].Array[0, 20]).Sample((intent, reports) =>
        {
            var opened = CommandLife.Opens(Intents[intent])!;
            OpenCommand? command = opened;
            var container = Container.Apply(Created, Intents[intent]);
            var outcomes = 0;
            foreach (var n in reports)
            {
                (container, command, var events) = Step(container, command, Reports[n]);
                outcomes += events.Count(e => CommandLife.Closes(e) == (opened.CommandId, opened.Kind));
            }
            return outcomes <= 1;
        }, iter: 20_000);
    }

    [Fact]
    public void Nothing_is_recorded_of_a_container_that_is_gone_or_never_was()
    {
        var removed = Container.Apply(Created, new ContainerRemoved(Id, null, At));
        foreach (var report in Reports)
        {
            Step(removed, null, report).Events.ShouldBeEmpty();
            Step(Container.Absent, null, report).Events.ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_whole_start_and_exit_is_recorded_step_by_step()
    {
        var command = CommandLife.Opens(Intents[0]);
        var container = Container.Apply(Created, Intents[0]);
        var recorded = new List<string>();
        foreach (var report in (Report[])[Reports[0], Reports[2], Reports[4], Reports[6], Reports[7], Reports[5], Reports[3], Reports[1]])
        {
            (container, command, var events) = Step(container, command, report);
            recorded.AddRange(events.Select(e => e.GetType().Name));
        }
        recorded.ShouldBe(["RootFsMounted", "BridgeAttached", "IpAssigned", "ContainerStarted", "ContainerExited", "IpReleased", "BridgeDetached", "RootFsUnmounted"]);
        container.Status.ShouldBe(ContainerStatus.Exited);
        container.ExitCode.ShouldBe(3);
        container.Endpoint.ShouldBeNull();
        container.RootFs.ShouldBeNull();
        command.ShouldBeNull();
    }

    [Fact]
    public void A_container_paused_around_its_commit_leaves_the_commit_open()
    {
        var running = Container.Apply(Container.Apply(Created, Intents[0]), new ContainerStarted(Id, Command, 42, "crun", 1, At));
        var commit = new ContainerCommitRequested(Id, "commit", null, null, null, [], true, "{}", At);
        var command = CommandLife.Opens(commit);
        var container = Container.Apply(running, commit);
        (container, command, _) = Step(container, command, new ContainerPausedReport(Id, At));
        container.Status.ShouldBe(ContainerStatus.Paused);
        container.OpenCommandId.ShouldBe("commit");
        (container, command, _) = Step(container, command, new ContainerUnpausedReport(Id, At));
        (container, command, var committed) = Step(container, command, new ContainerCommittedReport(Id, Image, null, TimeSpan.Zero, At));
        committed.ShouldHaveSingleItem().ShouldBeOfType<ContainerCommitted>().CommandId.ShouldBe("commit");
        container.OpenCommandId.ShouldBeNull();
        command.ShouldBeNull();
    }

    [Fact]
    public void A_name_that_points_there_already_is_not_recorded_again()
    {
        var reference = Reference.Apply(Reference.Absent, new ImageTagged("docker.io/library/x:1", "sha256:i", null, At));
        RecordImageTagged.Decide("docker.io/library/x:1", "sha256:i", reference, At).ShouldBe(Decision.Nothing);
        var moved = RecordImageTagged.Decide("docker.io/library/x:1", "sha256:j", reference, At);
        moved.ShouldBeOfType<Decision.Accepted>().Events.ShouldHaveSingleItem().ShouldBeOfType<ImageTagged>().PreviousImageId.ShouldBe("sha256:i");
    }

    [Fact]
    public void A_name_by_digest_is_no_name_that_could_move() => RecordImageTagged.Decide(
        "docker.io/library/x@sha256:" + new string('a', 64), "sha256:i", Reference.Absent, At).ShouldBe(Decision.Nothing);
}
