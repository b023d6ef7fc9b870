using Shiplog.Domain.Containers.Rules;

namespace Shiplog.Domain.Containers;

/// <summary>Change a container's limits and its restart policy, also while it runs.</summary>
/// <param name="Resources">What is said of them is changed. That they make sense on this host was judged before.</param>
/// <param name="ChangesRestart">The restart policy is changed as well.</param>
/// <param name="Restart">To this one; <see langword="null"/> for none.</param>
public sealed record UpdateContainer(string CommandId, Resources Resources, bool ChangesRestart, RestartPolicy? Restart)
{
    /// <summary>The command's name, on its intent and its outcome.</summary>
    internal const string Name = "UpdateContainer";

    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(UpdateContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId) || container.OpenUpdate == command.CommandId)
            return Decision.Nothing;
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed || container.Host is not { } host)
            return Refusals.NoSuchContainer(container.Id);
        if (container.Status is ContainerStatus.Removing or ContainerStatus.Dead)
            return Refuse(container, "container is marked for removal and cannot be \"update\"");
        // Each says what all of the limits are from now on: two at a time would undo each other.
        if (container.OpenUpdate is not null)
            return Refuse(container, "another update of it is under way, try again when that has ended");
        if (UpdateRules.Conflict(command, host) is { } conflict)
            return Refuse(container, conflict);
        var from = new UpdatableOptions { Resources = host.Resources, Restart = host.Restart };
        var merged = UpdateRules.Merge(host.Resources ?? Resources.Unlimited, command.Resources);
        var to = new UpdatableOptions
        {
            Resources = merged == Resources.Unlimited ? null : merged,
            Restart = command.ChangesRestart ? command.Restart : host.Restart,
        };
        return Decision.Accept(container.IsUp
            ? new ContainerUpdateRequested(container.Id, command.CommandId, from, to, now)
            : new ContainerUpdated(container.Id, command.CommandId, from, to, now));
    }

    private static Decision Refuse(Container container, string reason) =>
        Decision.Refuse(RefusalKind.Conflict, $"Cannot update container {container.Id}: {reason}");
}
