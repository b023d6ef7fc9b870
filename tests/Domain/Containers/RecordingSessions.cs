using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

/// <summary>Which sessions are recorded, and the seal of each.</summary>
public sealed class RecordingSessions
{
    private static readonly string Id = Given.ContainerId;

    [Theory]
    [InlineData(null, RecordMode.Off, null)]
    [InlineData(null, RecordMode.Output, "output")]
    [InlineData("output", RecordMode.Off, "output")]
    [InlineData("all", RecordMode.Output, "all")]
    [InlineData("output", RecordMode.All, "all")]
    [InlineData("off", RecordMode.All, "all")]
    [InlineData("off", RecordMode.Off, null)]
    public void A_label_may_ask_for_more_than_the_configuration_and_not_for_less(string? label, RecordMode configured, string? mode)
    {
        var container = Given.After(Labelled(label), Given.Started);
        var attached = Attach(container, configured).Event<ContainerAttached>();
        attached.Recording.ShouldBe(mode is null ? null : new SessionRecording("r1", mode));
        var prepared = Given.After(container, new ExecCreated(Id, "e1", "c", ["sh"], "", "/", true, false, true, true, true, [], null, Given.Now));
        Exec(prepared, detach: false, configured).Event<ExecStartRequested>().Recording?.Mode.ShouldBe(mode);
        Exec(prepared, detach: true, configured).Event<ExecStartRequested>().Recording.ShouldBeNull();
    }

    [Fact]
    public void A_label_that_says_something_else_is_refused_when_the_container_is_made() => CreateContainer.Decide(
        Given.Creation(Given.Open with { Labels = new() { ["shiplog.record"] = "yes" } }), Container.Absent, Given.Busybox, Given.Now)
        .ShouldRefuse(RefusalKind.Invalid, "invalid label shiplog.record=yes: it is one of off, output and all");

    [Fact]
    public void A_label_of_the_image_counts_for_nothing()
    {
        var image = Given.Busybox with { ConfigJson = """{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"Labels":{"of":"image","shiplog.record":"all"}},"rootfs":{"type":"layers","diff_ids":[]}}""" };
        CreateContainer.Decide(Given.Creation(), Container.Absent, image, Given.Now).Event<ContainerCreated>().Config.Labels.Keys.ShouldBe(["of"]);
        var asked = Given.Creation(Given.Open with { Labels = new() { ["shiplog.record"] = "output" } });
        CreateContainer.Decide(asked, Container.Absent, image, Given.Now).Event<ContainerCreated>().Config.Labels["shiplog.record"].ShouldBe("output");
    }

    [Fact]
    public void A_seal_is_recorded_once_with_what_was_begun_and_after_the_containers_end_too()
    {
        var attached = new ContainerAttached(Id, true, true, true, Given.Now) { Recording = new SessionRecording("r1", "all") };
        var started = new ExecStartRequested(Id, "e1", "c", false, Given.Now) { Recording = new SessionRecording("r2", "output") };
        var container = Given.After(Given.Container(), [attached, started, .. Given.Removed]);
        var seal = new SessionRecordedReport(Id, "r2", 10, "sha256:x", TimeSpan.FromSeconds(2), "size", null, Given.Now);
        var recorded = RecordSession.Decide(seal, container).Event<SessionRecorded>();
        recorded.ShouldBe(new SessionRecorded(Id, "r2", "e1", "output", 10, "sha256:x", 2000, "size", null, Given.Now));
        var after = Given.After(container, recorded);
        RecordSession.Decide(seal, after).ShouldBe(Decision.Nothing);
        RecordSession.Decide(seal with { RecordingId = "r1" }, after).Event<SessionRecorded>().ExecId.ShouldBeNull();
        RecordSession.Decide(seal with { RecordingId = "never-begun" }, after).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void Reading_one_is_recorded_of_a_removed_container_too()
    {
        ReadRecording.Decide(new ReadRecording("r1"), Given.Container(Given.Removed), Given.Now).Event<SessionRecordingRead>().RecordingId.ShouldBe("r1");
        ReadRecording.Decide(new ReadRecording("r1"), Container.Absent, Given.Now).ShouldBeOfType<Decision.Refused>();
    }

    private static Container Labelled(string? label) => Given.After(Container.Absent, CreateContainer.Decide(
        Given.Creation(Given.Open with { Labels = label is null ? [] : new() { ["shiplog.record"] = label } }), Container.Absent, Given.Busybox, Given.Now)
        .Event<ContainerCreated>());

    private static Decision Attach(Container container, RecordMode configured) =>
        AttachContainer.Decide(new AttachContainer(true, true, true, "r1", configured), container, Given.Now);

    private static Decision Exec(Container container, bool detach, RecordMode configured) => Domain.Containers.StartExec.Decide(
        new Domain.Containers.StartExec("start", "e1", detach, "r1", configured), container, container.Exec("e1"), Given.Now);
}
