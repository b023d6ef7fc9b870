namespace Shiplog.Domain.Containers;

/// <summary>Read what was recorded of a session; of a removed container too.</summary>
public sealed record ReadRecording(string RecordingId)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(ReadRecording command, Container container, DateTimeOffset now) => container.Status == ContainerStatus.Absent
        ? Refusals.NoSuchContainer(container.Id)
        : Decision.Accept(new SessionRecordingRead(container.Id, command.RecordingId, now));
}
