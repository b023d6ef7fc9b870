namespace Shiplog.Domain.Containers;

/// <summary>Delete what the container left on the host. Its history stays.</summary>
/// <param name="Force">Asked for also if it runs; it has been killed by then, by a command of its own.</param>
/// <param name="Volumes">With its anonymous volumes.</param>
public sealed record RemoveContainer(string CommandId, bool Force, bool Volumes)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(RemoveContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        return container.Status switch
        {
            ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
            ContainerStatus.Removing =>
                Decision.Refuse(RefusalKind.Conflict, $"removal of container {container.Id} is already in progress"),
            ContainerStatus.Paused =>
                Decision.Refuse(RefusalKind.Conflict, "container is paused and must be unpaused first"),
            ContainerStatus.Running or ContainerStatus.Restarting => Decision.Refuse(
                RefusalKind.Conflict,
                $"container is {(container.HasProcess ? "running" : "restarting")}: stop the container before removing or force remove"),
            _ when container.OpenCommand is "StartContainer" =>
                Decision.Refuse(RefusalKind.Conflict, $"container {container.Id} is being started"),
            _ => Decision.Accept(
                new ContainerRemoveRequested(container.Id, command.CommandId, command.Force, command.Volumes, now)),
        };
    }
}
