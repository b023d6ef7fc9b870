using Shiplog.Contracts;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

public sealed class StartingAContainer
{
    [Fact]
    public void A_created_and_an_exited_container_accept()
    {
        Decide(Given.Container()).Event<ContainerStartRequested>().CommandId.ShouldBe("again");
        Decide(Given.Container(Given.Exited)).Event<ContainerStartRequested>();
    }

    [Fact]
    public void A_running_container_changes_nothing() =>
        Decide(Given.Container(Given.Started)).ShouldRefuse(RefusalKind.NotModified, "container is already running");

    [Fact]
    public void A_paused_container_refuses() =>
        Decide(Given.Container(Given.Paused)).ShouldRefuse(RefusalKind.Conflict, "cannot start a paused container, try unpause instead");

    [Fact]
    public void A_container_that_is_being_removed_refuses() =>
        Decide(Given.Container(Given.Removing)).ShouldRefuse(RefusalKind.Conflict, "container is marked for removal and cannot be started");

    [Fact]
    public void A_start_under_way_refuses_another() =>
        Decide(Given.Container(new ContainerStartRequested(Given.ContainerId, "first", null, Given.Now)))
            .ShouldRefuse(RefusalKind.Conflict, $"container {Given.ContainerId} is being started already");

    private static Decision Decide(Container container) => StartContainer.Decide(new StartContainer("again"), container, [], Given.Now);
}

public sealed class StoppingAContainer
{
    [Fact]
    public void The_time_is_the_requests_the_containers_or_the_engines()
    {
        var container = Given.Container(Given.Started);
        Decide(container, 3).Event<ContainerStopRequested>().TimeoutSeconds.ShouldBe(3);
        Decide(container with { Config = container.Config! with { StopTimeout = 5 } }).Event<ContainerStopRequested>().TimeoutSeconds.ShouldBe(5);
        Decide(container).Event<ContainerStopRequested>().TimeoutSeconds.ShouldBe(10);
    }

    [Fact]
    public void The_signal_is_the_requests_or_the_containers()
    {
        Decide(Given.Container(Given.Started)).Event<ContainerStopRequested>().Signal.ShouldBe("SIGINT");
        Decide(Given.Container(Given.Started), signal: "HUP").Event<ContainerStopRequested>().Signal.ShouldBe("HUP");
        Decide(Given.Container(Given.Started), signal: "NOPE").ShouldRefuse(RefusalKind.Invalid, "invalid signal: NOPE");
    }

    [Fact]
    public void A_container_that_does_not_run_changes_nothing() =>
        Decide(Given.Container(Given.Exited)).ShouldRefuse(RefusalKind.NotModified, "container is already stopped");

    private static Decision Decide(Container container, int? timeout = null, string? signal = null) =>
        StopContainer.Decide(new StopContainer("again", signal, timeout, 10), container, Given.Now);
}

public sealed class KillingAContainer
{
    [Fact]
    public void One_that_does_not_run_is_a_conflict() =>
        KillContainer.Decide(new KillContainer("again", "KILL"), Given.Container(Given.Exited), Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, $"container {Given.ContainerId} is not running");

    [Fact]
    public void A_paused_one_may_be_killed() =>
        KillContainer.Decide(new KillContainer("again", "9"), Given.Container(Given.Paused), Given.Now).Event<ContainerKillRequested>();

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("term", 15)]
    [InlineData("15", 15)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("sigrtmax-1", 63)]
    public void Signals_go_by_name_and_number(string text, int number)
    {
        UnixSignal.TryParse(text, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(number);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMAX+1")]
    [InlineData("-9")]
    public void What_is_no_signal_is_refused(string text) => UnixSignal.TryParse(text, out _).ShouldBeFalse();
}

public sealed class PausingAContainer
{
    [Fact]
    public void Only_a_running_one_can_be_paused()
    {
        PauseContainer.Decide(new PauseContainer("again"), Given.Container(Given.Started), Given.Now).Event<ContainerPauseRequested>();
        PauseContainer.Decide(new PauseContainer("again"), Given.Container(Given.Paused), Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, $"Container {Given.ContainerId} is already paused");
        PauseContainer.Decide(new PauseContainer("again"), Given.Container(), Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, $"container {Given.ContainerId} is not running");
    }

    [Fact]
    public void Only_a_paused_one_can_be_unpaused()
    {
        UnpauseContainer.Decide(new UnpauseContainer("again"), Given.Container(Given.Paused), Given.Now).Event<ContainerUnpauseRequested>();
        UnpauseContainer.Decide(new UnpauseContainer("again"), Given.Container(Given.Started), Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, $"Container {Given.ContainerId} is not paused");
    }
}

public sealed class RenamingAContainer
{
    [Fact]
    public void A_slash_in_front_is_not_part_of_the_name() => Decide("/other").Event<ContainerRenamed>().Name.ShouldBe("other");

    [Fact]
    public void Its_own_name_an_empty_and_a_bad_one_are_refused()
    {
        Decide("cce").ShouldRefuse(RefusalKind.Invalid, "Renaming a container with the same name as its current name");
        Decide("").ShouldRefuse(RefusalKind.Invalid, "Neither old nor new names may be empty");
        Decide("-").ShouldRefuse(RefusalKind.Invalid, "Invalid container name (-), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    }

    private static Decision Decide(string name) => RenameContainer.Decide(new RenameContainer("again", name), Given.Container(), Given.Now);
}

public sealed class RemovingAContainer
{
    [Fact]
    public void One_that_does_not_run_accepts()
    {
        Decide(Given.Container()).Event<ContainerRemoveRequested>();
        Decide(Given.Container(Given.Exited)).Event<ContainerRemoveRequested>();
    }

    [Fact]
    public void One_that_runs_refuses_also_by_force_which_kills_first()
    {
        Decide(Given.Container(Given.Started)).ShouldRefuse(
            RefusalKind.Conflict, "container is running: stop the container before removing or force remove");
        Decide(Given.Container(Given.Paused)).ShouldRefuse(RefusalKind.Conflict, "container is paused and must be unpaused first");
    }

    [Fact]
    public void A_removal_under_way_refuses_another() => Decide(Given.Container(Given.Removing)).ShouldRefuse(
        RefusalKind.Conflict, $"removal of container {Given.ContainerId} is already in progress");

    [Fact]
    public void One_that_is_gone_is_not_found() =>
        Decide(Given.Container(Given.Removed)).ShouldRefuse(RefusalKind.NotFound, $"No such container: {Given.ContainerId}");

    private static Decision Decide(Container container) =>
        RemoveContainer.Decide(new RemoveContainer("again", true, false), container, Given.Now);
}

public sealed class AttachingToAContainer
{
    [Fact]
    public void One_that_has_not_started_yet_accepts() => Decide(Given.Container()).Event<ContainerAttached>().Stdout.ShouldBeTrue();

    [Fact]
    public void A_paused_one_refuses() => Decide(Given.Container(Given.Paused)).ShouldRefuse(
        RefusalKind.Conflict, $"container {Given.ContainerId} is paused, unpause the container before attach");

    private static Decision Decide(Container container) => AttachContainer.Decide(new AttachContainer(false, true, true, "r", RecordMode.Off), container, Given.Now);
}
