namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format, as in Events.cs.

/// <summary>The container's health is another one. Single probes are not events.</summary>
/// <param name="From"><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="FailingStreak">Failures in a row.</param>
/// <param name="Output">Of the probe that decided it, at most 4096 bytes.</param>
public sealed record ContainerHealthChanged(
    string ContainerId, string From, string To, int FailingStreak, string Output, DateTimeOffset At);
