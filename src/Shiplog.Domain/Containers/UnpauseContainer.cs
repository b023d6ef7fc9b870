namespace Shiplog.Domain.Containers;

/// <summary>Let the container's processes go on.</summary>
public sealed record UnpauseContainer(string CommandId)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(UnpauseContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        return container.Status switch
        {
            ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
            ContainerStatus.Paused => Decision.Accept(new ContainerUnpauseRequested(container.Id, command.CommandId, now)),
            _ => Decision.Refuse(RefusalKind.Conflict, $"Container {container.Id} is not paused"),
        };
    }
}
