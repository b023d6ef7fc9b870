namespace Shiplog.Contracts.Orders;

/// <summary>Delete what a container left on the host: its read-write layer, bundle and log. It must not be running.</summary>
public sealed record RemoveContainer(string CommandId, string ContainerId) : Order(CommandId);

/// <summary>Nothing of the container is left on the host. Outcome of <see cref="RemoveContainer"/>.</summary>
public sealed record ContainerRemovedReport(string ContainerId, DateTimeOffset At) : Report(At);
