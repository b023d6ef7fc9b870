using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>Copy files out of the container, or all of them.</summary>
/// <param name="Purpose"><c>copy</c> or <c>export</c>.</param>
public sealed record ReadContainerFiles(string CommandId, string Path, string Purpose)
{
    /// <summary>The command's name.</summary>
    public const string Name = "ReadContainerFiles";

    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(ReadContainerFiles command, Container container, DateTimeOffset now) => container.Status switch
    {
        _ when container.Knows(command.CommandId) => Decision.Nothing,
        ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
        ContainerStatus.Dead => Decision.Refuse(RefusalKind.Conflict, $"You cannot export container {container.Id} which is Dead"),
        ContainerStatus.Removing => Decision.Refuse(RefusalKind.Conflict, $"You cannot export container {container.Id} which is being removed"),
        _ => Decision.Accept(new ContainerFilesReadRequested(container.Id, command.CommandId, command.Path, command.Purpose, now)),
    };

    /// <summary>The outcome, which whoever passes the bytes on observes.</summary>
    /// <param name="bytes">Of the archive, passed on until now.</param>
    /// <param name="failure">Why that was not all; <see langword="null"/> where it was.</param>
    public static Decision Conclude(ContainerFilesReadRequested intent, long bytes, OrderFailure? failure, Container container, DateTimeOffset now) =>
        failure is null
            ? Decision.Accept(new ContainerFilesRead(intent.ContainerId, intent.CommandId, intent.Path, intent.Purpose, bytes, now))
            : RecordCommandFailed.Decide(failure, container, new OpenCommand(intent.CommandId, Name, intent), now);
}
