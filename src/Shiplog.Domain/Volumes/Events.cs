namespace Shiplog.Domain.Volumes;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.
// A volume's stream is named after it: of volumes that had the same name, one after the other, it tells all.

/// <summary>Intent: a volume is to be made, as somebody asked for it by name.</summary>
/// <param name="Options">Secrets in them, as a share's password, are left out.</param>
public sealed record VolumeCreateRequested(
    string Name, string CommandId, string Driver, Dictionary<string, string> Options, Dictionary<string, string> Labels, bool Anonymous,
    DateTimeOffset At);

/// <summary>A volume exists from now on. Outcome of a creation, or decided with the container that it is made for.</summary>
/// <param name="CommandId"><see langword="null"/> where it came with a container.</param>
/// <param name="ContainerId">That container. The volume's folder is made when the container first starts.</param>
/// <param name="Anonymous">Nobody gave it a name.</param>
public sealed record VolumeCreated(
    string Name, string? CommandId, string Driver, Dictionary<string, string> Options, Dictionary<string, string> Labels, string? ContainerId,
    bool Anonymous, DateTimeOffset At);

/// <summary>A container that starts has the volume.</summary>
/// <param name="CopiedUp">It was empty, and was given what the image has at the destination.</param>
public sealed record VolumeMounted(
    string Name, string ContainerId, string Destination, bool ReadOnly, bool CopiedUp, double DurationMs, DateTimeOffset At);

/// <summary>The container has it no more.</summary>
public sealed record VolumeUnmounted(string Name, string ContainerId, string Destination, DateTimeOffset At);

/// <summary>Intent: the volume and what is in it are to be deleted.</summary>
/// <param name="ContainerId">The container that it goes with; <see langword="null"/> where it was asked for by name.</param>
public sealed record VolumeRemoveRequested(string Name, string CommandId, bool Force, string? ContainerId, DateTimeOffset At);

/// <summary>Outcome: nothing of the volume is left. The history stays.</summary>
public sealed record VolumeRemoved(string Name, string CommandId, long FreedBytes, DateTimeOffset At);

/// <summary>Outcome of a command on a volume that came to nothing.</summary>
/// <param name="Command">The command's name: <c>RemoveVolume</c>.</param>
public sealed record VolumeCommandFailed(string Name, string CommandId, string Command, string Kind, string Error, DateTimeOffset At);
