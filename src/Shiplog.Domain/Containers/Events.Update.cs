using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format, as in Events.cs.

/// <summary>Intent: the limits of a container that runs, or its restart policy, are to be others.</summary>
/// <param name="From">As they are.</param>
/// <param name="To">As they are to be, all of them.</param>
public sealed record ContainerUpdateRequested(
    string ContainerId, string CommandId, UpdatableOptions From, UpdatableOptions To, DateTimeOffset At);

/// <summary>The limits, or the restart policy, are others. Outcome of an update; of a container that does not run all there is to it.</summary>
/// <param name="From">As they were.</param>
/// <param name="To">As they are, all of them.</param>
public sealed record ContainerUpdated(
    string ContainerId, string CommandId, UpdatableOptions From, UpdatableOptions To, DateTimeOffset At);

/// <summary>What of a container can be changed after its creation. A part of stored events.</summary>
public sealed record UpdatableOptions
{
    /// <summary>Limits; absent where there are none.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Resources? Resources { get; init; }

    /// <summary>When its program is run again after its end; absent for never.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public RestartPolicy? Restart { get; init; }
}
