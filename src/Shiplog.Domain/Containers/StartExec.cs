using Shiplog.Contracts;

namespace Shiplog.Domain.Containers;

/// <summary>Start a program that was prepared. Each is started once.</summary>
/// <param name="Detach">Nobody waits for its output.</param>
/// <param name="RecordingId">For what is recorded of the session, if anything is.</param>
/// <param name="Configured">What is recorded of sessions with all containers.</param>
public sealed record StartExec(string CommandId, string ExecId, bool Detach, string RecordingId, RecordMode Configured)
{
    /// <summary>Judges the command on this state.</summary>
    /// <param name="exec">Of the container's state, or of its stream where that has let go of it.</param>
    public static Decision Decide(StartExec command, Container container, Exec? exec, DateTimeOffset now)
    {
        if (!container.Exists || exec is null)
            return Decision.Refuse(RefusalKind.NotFound, $"No such exec instance: {command.ExecId}");
        if (exec.StartCommandId == command.CommandId)
            return Decision.Nothing;
        if (Refusals.OfExec(container, container.Id) is { } refused)
            return refused;
        return exec.Status switch
        {
            ExecStatus.Created => Decision.Accept(new ExecStartRequested(container.Id, exec.Id, command.CommandId, command.Detach, now)
            {
                // Nobody is there to be recorded of one that is started detached.
                Recording = command.Detach ? null : SessionRecording.Of(container.Config, command.RecordingId, command.Configured),
            }),
            ExecStatus.Ended => Decision.Refuse(RefusalKind.Conflict, $"exec command {exec.Id} has already run"),
            _ => Decision.Refuse(RefusalKind.Conflict, $"exec command {exec.Id} is already running"),
        };
    }
}
