using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

public sealed class CopyingFiles
{
    private static readonly ContainerFilesReadRequested Reading = new(Given.ContainerId, "read", "/etc", "copy", Given.Now);
    private static readonly ContainerFilesWriteRequested Putting = new(Given.ContainerId, "write", "/etc", false, false, Given.Now);

    [Fact]
    public void Goes_by_in_every_state_but_those_of_a_removal()
    {
        foreach (var life in (object[][])[[], Given.Started, Given.Paused, Given.Exited, Given.Restarting])
        {
            Read(Given.Container(life)).Event<ContainerFilesReadRequested>().Path.ShouldBe("/etc");
            Write(Given.Container(life)).Event<ContainerFilesWriteRequested>().Path.ShouldBe("/etc");
        }
        Read(Given.Container(Given.Removing)).ShouldRefuse(RefusalKind.Conflict, $"You cannot export container {Given.ContainerId} which is being removed");
        Write(Given.Container(Given.Removing)).ShouldRefuse(RefusalKind.Conflict, $"container {Given.ContainerId} is being removed");
        Read(Given.Container(Given.Removed)).ShouldRefuse(RefusalKind.NotFound, $"No such container: {Given.ContainerId}");
        Write(Given.Container(Given.Removed)).ShouldRefuse(RefusalKind.NotFound, $"No such container: {Given.ContainerId}");
    }

    [Fact]
    public void A_read_only_root_is_read_and_not_written()
    {
        var container = Given.Container();
        container = container with { Host = container.Host! with { ReadonlyRootfs = true } };
        Read(container).Event<ContainerFilesReadRequested>();
        Write(container).ShouldRefuse(RefusalKind.Invalid, "container rootfs is marked read-only");
    }

    [Fact]
    public void Copies_take_no_other_commands_place()
    {
        var stopping = Given.Container([.. Given.Started, new ContainerStopRequested(Given.ContainerId, "stop", "SIGTERM", 10, Given.Now)]);
        var both = Given.After(stopping, Reading, Putting);
        (both.OpenCommandId, both.OpenCommand).ShouldBe(("stop", "StopContainer"));
        Given.After(both, new ContainerFilesWritten(Given.ContainerId, "write", "/etc", 1, 1, Given.Now)).OpenCommandId.ShouldBe("stop");
    }

    [Fact]
    public void Reading_ends_with_how_much_went_or_with_why_it_broke_off()
    {
        var container = Given.Container(Reading);
        ReadContainerFiles.Conclude(Reading, 7, null, container, Given.Now).Event<ContainerFilesRead>().Bytes.ShouldBe(7);
        var failed = ReadContainerFiles.Conclude(
            Reading, 7, new OrderFailure("", FailureKind.Interrupted, "the client went away"), container, Given.Now).Event<ContainerCommandFailed>();
        (failed.CommandId, failed.Command, failed.Error).ShouldBe(("read", ReadContainerFiles.Name, "the client went away"));
    }

    [Fact]
    public void Writing_is_recorded_for_its_own_command_while_that_is_open()
    {
        var report = new ContainerFilesWrittenReport(Given.ContainerId, "/other", 3, 5, Given.Now);
        var container = Given.Container(Putting);
        var written = WriteContainerFiles.Record(report, container, CommandLife.Opens(Putting)).Event<ContainerFilesWritten>();
        (written.Path, written.Entries, written.Bytes).ShouldBe(("/etc", 3, 5));
        WriteContainerFiles.Record(report, container, null).ShouldBe(Decision.Nothing);
        WriteContainerFiles.Record(report, container, CommandLife.Opens(Reading)).ShouldBe(Decision.Nothing);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "MKNOD", false)]
    [InlineData("", "cap_mknod", false)]
    [InlineData("", "ALL", false)]
    [InlineData("MKNOD", "ALL", true)]
    [InlineData("ALL", "MKNOD", false)]
    [InlineData("ALL", "ALL", true)]
    public void Devices_are_made_where_the_container_may_make_some(string added, string dropped, bool may) =>
        Capabilities.MayMakeDevices(Given.Container().Host! with { CapAdd = Names(added), CapDrop = Names(dropped) }).ShouldBe(may);

    private static string[] Names(string text) => text.Length == 0 ? [] : [text];

    private static Decision Read(Container container) => ReadContainerFiles.Decide(new ReadContainerFiles("x", "/etc", "copy"), container, Given.Now);

    private static Decision Write(Container container) => WriteContainerFiles.Decide(new WriteContainerFiles("x", "/etc", false, false), container, Given.Now);
}
