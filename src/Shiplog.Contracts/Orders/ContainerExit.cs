namespace Shiplog.Contracts.Orders;

/// <summary>
/// The container's first process ended. Observed, not ordered. Followed in the same batch by the undo facts, by
/// <see cref="ContainerStoppedReport"/> where a stop was under way, and by <see cref="ContainerRemovedReport"/> where the
/// container removes itself.
/// </summary>
/// <param name="ExitCode">0..255; 128 + n for signal n.</param>
/// <param name="OomKilled">The kernel killed a process of the container for memory.</param>
/// <param name="Logs">Path of the kept log; <see langword="null"/> where the log driver keeps none.</param>
public sealed record ContainerExitedReport(string ContainerId, int ExitCode, bool OomKilled, string? Logs, DateTimeOffset At)
    : Report(At);
