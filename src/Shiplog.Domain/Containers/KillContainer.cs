namespace Shiplog.Domain.Containers;

/// <summary>Send a signal to the container's first process.</summary>
/// <param name="Signal">A name or a number.</param>
public sealed record KillContainer(string CommandId, string Signal)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(KillContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed)
            return Refusals.NoSuchContainer(container.Id);
        if (!UnixSignal.TryParse(command.Signal, out _))
            return UnixSignal.Refuse(command.Signal);
        return container.IsUp
            ? Decision.Accept(new ContainerKillRequested(container.Id, command.CommandId, command.Signal, now))
            : Refusals.NotRunning(container);
    }
}
