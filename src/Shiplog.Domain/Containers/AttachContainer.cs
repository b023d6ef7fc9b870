using Shiplog.Contracts;

namespace Shiplog.Domain.Containers;

/// <summary>Connect a client with the container's standard streams; also one that has not started yet.</summary>
/// <param name="RecordingId">For what is recorded of the session, if anything is.</param>
/// <param name="Configured">What is recorded of sessions with all containers.</param>
public sealed record AttachContainer(bool Stdin, bool Stdout, bool Stderr, string RecordingId, RecordMode Configured)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(AttachContainer command, Container container, DateTimeOffset now) => container.Status switch
    {
        ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
        ContainerStatus.Paused => Decision.Refuse(
            RefusalKind.Conflict, $"container {container.Id} is paused, unpause the container before attach"),
        ContainerStatus.Restarting => Decision.Refuse(
            RefusalKind.Conflict, $"container {container.Id} is restarting, wait until the container is running"),
        ContainerStatus.Removing or ContainerStatus.Dead =>
            Decision.Refuse(RefusalKind.Conflict, $"container {container.Id} is being removed"),
        _ => Decision.Accept(new ContainerAttached(container.Id, command.Stdin, command.Stdout, command.Stderr, now)
        {
            Recording = SessionRecording.Of(container.Config, command.RecordingId, command.Configured),
        }),
    };
}
