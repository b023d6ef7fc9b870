namespace Shiplog.Contracts.Orders;

/// <summary>Give a container that runs other limits and another restart policy.</summary>
/// <param name="Limits">All of its limits from now on; of those that can be changed, what is absent is left as it is, but processes: they have no limit then.</param>
/// <param name="Restart">From now on; <see langword="null"/> for never.</param>
public sealed record UpdateContainer(string CommandId, string ContainerId, ResourceLimits? Limits, RestartPolicy? Restart) : Order(CommandId);

/// <summary>The limits hold, or the container has ended meanwhile. Outcome of <see cref="UpdateContainer"/>.</summary>
public sealed record ContainerUpdatedReport(string ContainerId, DateTimeOffset At) : Report(At);
