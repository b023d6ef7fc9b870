namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format, as in Events.cs.

/// <summary>The program has ended and will be run again by the restart policy. What it stood on is kept.</summary>
/// <param name="Attempt">Counts from 1 since somebody last started the container.</param>
/// <param name="Reason">Why there is one: <c>exit code 1</c>, <c>out of memory</c>.</param>
/// <param name="DelayMs">The back-off.</param>
/// <param name="NextAt">When it is due.</param>
public sealed record ContainerRestartScheduled(
    string ContainerId, int Attempt, string Reason, double DelayMs, DateTimeOffset NextAt, DateTimeOffset At);

/// <summary>The program will not be run again after all. Outcome of a kill that came during the wait.</summary>
/// <param name="CommandId">The kill; absent where the wait had another end.</param>
/// <param name="Reason"><c>stop</c>, <c>kill</c>, or <c>start failed</c>.</param>
/// <param name="Error">For a start that failed: why.</param>
public sealed record ContainerRestartCancelled(
    string ContainerId, string? CommandId, string Reason, string? Error, DateTimeOffset At);
