using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

public sealed class ExecutingAProgram
{
    private static readonly string Id = ExecId.Of(Given.ContainerId, new string('e', 32));

    private static readonly object[] Prepared = [.. Given.Started, new ExecCreated(
        Given.ContainerId, Id, "prepare", ["sh"], "", "/", false, false, false, true, true, ["SECRET"], null, Given.Now)];

    private static readonly ExecStartRequested Requested = new(Given.ContainerId, Id, "run", false, Given.Now);

    private static readonly ExecStarted Running = new(Given.ContainerId, Id, "run", 77, 1, Given.Now);

    [Fact]
    public void Only_the_names_of_its_variables_are_recorded()
    {
        var created = Create(Given.Container(Given.Started), c => c with { Env = ["PASSWORD=hunter2", "A=b=c", "GONE"] }).Event<ExecCreated>();
        created.EnvNames.ShouldBe(["PASSWORD", "A", "GONE"]);
        System.Text.Json.JsonSerializer.Serialize(created).ShouldNotContain("hunter2");
    }

    [Fact]
    public void User_and_folder_are_the_containers_where_nobody_says_otherwise()
    {
        var created = Create(Given.Container(Given.Started)).Event<ExecCreated>();
        (created.User, created.WorkingDir).ShouldBe(("nobody", "/srv"));
        created = Create(Given.Container(Given.Started), c => c with { User = "0:0", WorkingDir = "/tmp" }).Event<ExecCreated>();
        (created.User, created.WorkingDir).ShouldBe(("0:0", "/tmp"));
    }

    [Fact]
    public void A_container_that_does_not_run_refuses()
    {
        Create(Given.Container(Given.Removed)).ShouldRefuse(RefusalKind.NotFound, "No such container: box");
        Create(Given.Container(Given.Exited)).ShouldRefuse(RefusalKind.Conflict, $"container {Given.ContainerId} is not running");
        Create(Given.Container(Given.Paused)).ShouldRefuse(RefusalKind.Conflict, "Container box is paused, unpause the container before exec");
    }

    [Theory]
    [InlineData("=x")]
    [InlineData("")]
    [InlineData("A=b\0c")]
    public void A_variable_that_is_none_is_refused_without_its_value(string variable) =>
        Create(Given.Container(Given.Started), c => c with { Env = [variable] }).ShouldBeOfType<Decision.Refused>().Reason.Kind.ShouldBe(RefusalKind.Invalid);

    [Fact]
    public void Nonsense_is_refused()
    {
        Create(Given.Container(Given.Started), c => c with { Cmd = [] }).ShouldRefuse(RefusalKind.Invalid, "No exec command specified");
        Create(Given.Container(Given.Started), c => c with { DetachKeys = "ctrl-11" }).ShouldRefuse(RefusalKind.Invalid, "Invalid escape keys (ctrl-11) provided");
        Create(Given.Container(Given.Started), c => c with { WorkingDir = "tmp" })
            .ShouldRefuse(RefusalKind.Invalid, "the working directory 'tmp' is invalid, it needs to be an absolute path");
    }

    [Fact]
    public void It_is_started_once()
    {
        Start(Given.Container(Prepared)).Event<ExecStartRequested>().ExecId.ShouldBe(Id);
        Start(Given.Container([.. Prepared, Requested])).ShouldRefuse(RefusalKind.Conflict, $"exec command {Id} is already running");
        Start(Given.Container([.. Prepared, Requested, Running])).ShouldRefuse(RefusalKind.Conflict, $"exec command {Id} is already running");
        Start(Given.Container([.. Prepared, Requested, Running, new ExecExited(Given.ContainerId, Id, 0, Given.Now)]))
            .ShouldRefuse(RefusalKind.Conflict, $"exec command {Id} has already run");
        Start(Given.Container(Given.Started)).ShouldRefuse(RefusalKind.NotFound, $"No such exec instance: {Id}");
    }

    [Fact]
    public void Its_start_has_one_outcome_whatever_is_reported_twice()
    {
        var requested = Given.Container([.. Prepared, Requested]);
        var open = CommandLife.Opens(Requested).ShouldNotBeNull();
        var report = new ExecStartedReport(Given.ContainerId, Id, 77, TimeSpan.FromMilliseconds(1), Given.Now);
        var started = RecordExec.Decide(report, requested, open).Event<ExecStarted>();
        CommandLife.Closes(started).ShouldBe(("run", "StartExec"));
        RecordExec.Decide(report, Given.After(requested, started), null).ShouldBe(Decision.Nothing);
        var failure = new OrderFailure("StartExec", FailureKind.Invalid, "not there", 127);
        var failed = RecordCommandFailed.Decide(failure, requested, open, Given.Now).Event<ExecFailed>();
        (failed.ExecId, failed.ExitCode, failed.Error).ShouldBe((Id, 127, "not there"));
        CommandLife.Closes(failed).ShouldBe(("run", "StartExec"));
        Given.After(requested, failed).Exec(Id)!.ExitCode.ShouldBe(127);
    }

    [Fact]
    public void Its_end_is_recorded_once()
    {
        var running = Given.Container([.. Prepared, Requested, Running]);
        var report = new ExecExitedReport(Given.ContainerId, Id, 3, Given.Now);
        var exited = RecordExec.Decide(report, running).Event<ExecExited>();
        exited.ExitCode.ShouldBe(3);
        RecordExec.Decide(report, Given.After(running, exited)).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void With_its_container_ends_what_the_worker_has_lost()
    {
        var events = RecordExited.Decide(
            new ContainerExitedReport(Given.ContainerId, 255, false, null, Given.Now), Given.Container([.. Prepared, Requested, Running]))
            .ShouldBeOfType<Decision.Accepted>().Events;
        events.Length.ShouldBe(2);
        events[0].ShouldBeOfType<ExecExited>().ExitCode.ShouldBe(255);
        events[1].ShouldBeOfType<ContainerExited>();
    }

    [Fact]
    public void A_container_that_is_probed_for_years_does_not_carry_its_past_along()
    {
        var container = Given.Container([.. Prepared, Requested, Running]);
        for (var i = 0; i < 1000; i++)
        {
            var id = ExecId.Of(Given.ContainerId, i.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));
            container = Given.After(
                container,
                new ExecCreated(Given.ContainerId, id, "c", ["true"], "", "/", false, false, false, true, true, [], null, Given.Now),
                new ExecStartRequested(Given.ContainerId, id, "s", false, Given.Now), new ExecStarted(Given.ContainerId, id, "s", 1, 1, Given.Now),
                new ExecExited(Given.ContainerId, id, 0, Given.Now));
        }
        container.Execs.Length.ShouldBeLessThan(20);
        container.Exec(Id)!.Status.ShouldBe(ExecStatus.Running);
    }

    [Fact]
    public void Its_id_leads_to_its_container()
    {
        Id.Length.ShouldBe(64);
        ExecId.ContainerPrefix(Id).ShouldBe(Given.ContainerId[..32]);
        ExecId.ContainerPrefix("abc").ShouldBeNull();
        ExecId.ContainerPrefix(new string('%', 64)).ShouldBeNull();
    }

    [Theory]
    [InlineData("ctrl-p,ctrl-q", new byte[] { 16, 17 })]
    [InlineData("a,ctrl-@,ctrl-_", new byte[] { (byte)'a', 0, 31 })]
    public void Detach_keys_are_what_the_terminal_sends(string text, byte[] keys)
    {
        DetachKeys.TryParse(text, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(keys);
    }

    private static Decision Create(Container container, Func<CreateExec, CreateExec>? change = null)
    {
        var command = new CreateExec("c", Id, "box", ["sh"], "", "", false, false, false, true, true, [], null);
        return CreateExec.Decide(change?.Invoke(command) ?? command, container, Given.Now);
    }

    private static Decision Start(Container container) =>
        Domain.Containers.StartExec.Decide(new Domain.Containers.StartExec("again", Id, false, "r", RecordMode.Off), container, container.Exec(Id), Given.Now);
}
