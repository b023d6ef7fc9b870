namespace Shiplog.Domain.Containers;

/// <summary>Freeze all processes of the container.</summary>
public sealed record PauseContainer(string CommandId)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(PauseContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        return container.Status switch
        {
            ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
            ContainerStatus.Paused => Decision.Refuse(RefusalKind.Conflict, $"Container {container.Id} is already paused"),
            ContainerStatus.Running => Decision.Accept(new ContainerPauseRequested(container.Id, command.CommandId, now)),
            ContainerStatus.Restarting => Refusals.Restarting(container),
            _ => Refusals.NotRunning(container),
        };
    }
}
