namespace Shiplog.Domain.Containers;

/// <summary>Bring the container's program to its end, by force where it does not go.</summary>
/// <param name="Signal">A name or a number; <see langword="null"/> for the container's own stop signal.</param>
/// <param name="TimeoutSeconds">Before SIGKILL; negative waits for ever; <see langword="null"/> for the container's own.</param>
/// <param name="DefaultTimeoutSeconds">Where the container has none of its own.</param>
/// <param name="Keep">It is started again right after: one that removes itself when it stops stays.</param>
public sealed record StopContainer(string CommandId, string? Signal, int? TimeoutSeconds, int DefaultTimeoutSeconds, bool Keep = false)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(StopContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed)
            return Refusals.NoSuchContainer(container.Id);
        if (!container.IsUp)
            return Decision.Refuse(RefusalKind.NotModified, "container is already stopped");
        if (command.Signal is { } signal && !UnixSignal.TryParse(signal, out _))
            return UnixSignal.Refuse(signal);
        var timeout = command.TimeoutSeconds ?? container.Config?.StopTimeout ?? command.DefaultTimeoutSeconds;
        return Decision.Accept(new ContainerStopRequested(
            container.Id, command.CommandId, command.Signal ?? container.Config?.StopSignal, timeout, now)
        {
            Keep = command.Keep && container.Host is { AutoRemove: true },
        });
    }
}
