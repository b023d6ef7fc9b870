using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>Unpack an archive in a directory of the container.</summary>
public sealed record WriteContainerFiles(string CommandId, string Path, bool NoOverwriteDirNonDir, bool CopyUidGid)
{
    /// <summary>The command's name.</summary>
    public const string Name = "WriteContainerFiles";

    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(WriteContainerFiles command, Container container, DateTimeOffset now) => container.Status switch
    {
        _ when container.Knows(command.CommandId) => Decision.Nothing,
        ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
        ContainerStatus.Removing or ContainerStatus.Dead =>
            Decision.Refuse(RefusalKind.Conflict, $"container {container.Id} is being removed"),
        _ when container.Host is { ReadonlyRootfs: true } => Decision.Refuse(RefusalKind.Invalid, "container rootfs is marked read-only"),
        _ => Decision.Accept(new ContainerFilesWriteRequested(
            container.Id, command.CommandId, command.Path, command.NoOverwriteDirNonDir, command.CopyUidGid, now)),
    };

    /// <summary>The outcome, as the worker reports it. Recorded where the command is still open.</summary>
    public static Decision Record(ContainerFilesWrittenReport report, Container container, OpenCommand? command) =>
        command is { Kind: Name, Intent: ContainerFilesWriteRequested intent } && intent.ContainerId == container.Id
            ? Decision.Accept(new ContainerFilesWritten(container.Id, command.CommandId, intent.Path, report.Entries, report.Bytes, report.At))
            : Decision.Nothing;
}
