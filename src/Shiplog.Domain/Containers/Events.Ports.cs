namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format, as in Events.cs.

/// <summary>After step 5: the container is reached at these ports of its host.</summary>
public sealed record PortsPublished(string ContainerId, PublishedPort[] Ports, double DurationMs, DateTimeOffset At);

/// <summary>It is not reached at them any more.</summary>
/// <param name="Kept">They stay the container's, which its restart policy will start again.</param>
public sealed record PortsUnpublished(string ContainerId, PublishedPort[] Ports, bool Kept, DateTimeOffset At);
