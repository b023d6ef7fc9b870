namespace Shiplog.Contracts.Orders;

/// <summary>Allocate a file system for the container: one read-write layer over the image's read-only ones.</summary>
/// <param name="Layers">Chain ids of the image's unpacked layers, lowest first.</param>
/// <param name="ReadOnly">Mount the root read-only inside the container.</param>
public sealed record MountRootFs(string ImageId, string[] Layers, bool ReadOnly);

/// <summary>The container's root file system is mounted.</summary>
/// <param name="Driver">The storage driver: <c>overlay2</c>.</param>
/// <param name="MergedPath">Where it is mounted, in the worker's mount namespace.</param>
/// <param name="UpperPath">The read-write layer.</param>
/// <param name="Duration">How long the step took.</param>
public sealed record RootFsMountedReport(
    string ContainerId, string Driver, string[] Layers, string UpperPath, string MergedPath, TimeSpan Duration, DateTimeOffset At)
    : Report(At);

/// <summary>Undo of <see cref="RootFsMountedReport"/>. The read-write layer stays until the container is removed.</summary>
public sealed record RootFsUnmountedReport(string ContainerId, DateTimeOffset At) : Report(At);
