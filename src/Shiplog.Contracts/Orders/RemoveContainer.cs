namespace Shiplog.Contracts.Orders;

/// <summary>Delete what a container left on the host: its read-write layer, bundle and log. It must not be running.</summary>
/// <param name="Measure">Count what its read-write layer takes, and report it as freed.</param>
/// <param name="ImageId">What it is measured against where it has never been started; <see langword="null"/> where nobody measures.</param>
public sealed record RemoveContainer(string CommandId, string ContainerId, bool Measure = false, string? ImageId = null) : Order(CommandId);

/// <summary>Nothing of the container is left on the host. Outcome of <see cref="RemoveContainer"/>.</summary>
/// <param name="FreedBytes">Of its read-write layer; <see langword="null"/> where nobody asked, or nobody can tell.</param>
public sealed record ContainerRemovedReport(string ContainerId, DateTimeOffset At, long? FreedBytes = null) : Report(At);
