namespace Shiplog.Domain.Containers;

/// <summary>Refusals that several commands share, in Docker's words.</summary>
internal static class Refusals
{
    public static Decision NoSuchContainer(string id) => Decision.Refuse(RefusalKind.NotFound, $"No such container: {id}");

    public static Decision NotRunning(Container container) =>
        Decision.Refuse(RefusalKind.Conflict, $"container {container.Id} is not running");

    public static Decision Restarting(Container container) => Decision.Refuse(
        RefusalKind.Conflict, $"Container {container.Id} is restarting, wait until the container is running");

    /// <summary>Programs run beside the container's own only while that runs.</summary>
    /// <param name="named">The container as the client named it.</param>
    public static Decision? OfExec(Container container, string named) => container.Status switch
    {
        ContainerStatus.Running => null,
        ContainerStatus.Paused => Decision.Refuse(
            RefusalKind.Conflict, $"Container {named} is paused, unpause the container before exec"),
        ContainerStatus.Restarting => Restarting(container),
        _ => NotRunning(container),
    };

    /// <summary>The name does not match Docker's grammar.</summary>
    public static Decision BadName(string name) => Decision.Refuse(
        RefusalKind.Invalid, $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
}
