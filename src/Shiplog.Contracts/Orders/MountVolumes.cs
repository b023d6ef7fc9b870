namespace Shiplog.Contracts.Orders;

/// <summary>One mount of a container, fully decided but for what only the host can tell.</summary>
/// <param name="Destination">Absolute and clean, as in the container; links of the image on the way stay inside its root.</param>
/// <param name="Source">The host's path of a bind; <see langword="null"/> for the other kinds.</param>
/// <param name="Volume"><see langword="null"/> for the other kinds.</param>
/// <param name="CreateSource">A bind's source that is missing is made, as a folder.</param>
/// <param name="Recursive">With the mounts below the source.</param>
/// <param name="ReadOnly">The mount itself.</param>
/// <param name="ReadOnlyBelow">And the mounts below it; <see langword="null"/> where the kernel can.</param>
/// <param name="Propagation">As <c>rprivate</c>.</param>
/// <param name="Options">Of a tmpfs.</param>
public sealed record ContainerMount(
    MountKind Kind, string Destination, string? Source, VolumeSource? Volume, bool CreateSource, bool Recursive, bool ReadOnly,
    bool? ReadOnlyBelow, string Propagation, string[] Options);

/// <summary>What is mounted.</summary>
public enum MountKind
{
    /// <summary>A file or folder of the host's.</summary>
    Bind = 0,

    /// <summary>A volume, or a part of one.</summary>
    Volume,

    /// <summary>A file system in memory, new for each start.</summary>
    Tmpfs,
}

/// <summary>A volume to mount. It is made where it is not there.</summary>
/// <param name="Options">The driver's, as the server knows them. Those that the volume was made with go before.</param>
/// <param name="Copy">Fill it, if it is empty, with what the image has at the destination.</param>
/// <param name="Subpath">The part that is mounted; empty for all of it.</param>
public sealed record VolumeSource(string Name, string Driver, Dictionary<string, string> Options, bool Copy, string Subpath);

/// <summary>The container's volumes are where the runtime will take them from.</summary>
public sealed record VolumesMountedReport(string ContainerId, MountedVolume[] Volumes, TimeSpan Duration, DateTimeOffset At) : Report(At);

/// <summary>Undo of <see cref="VolumesMountedReport"/>.</summary>
public sealed record VolumesUnmountedReport(string ContainerId, MountedVolume[] Volumes, DateTimeOffset At) : Report(At);

/// <summary>A volume in a container.</summary>
/// <param name="CopiedUp">It was empty, and was given what the image has at the destination.</param>
public sealed record MountedVolume(string Name, string Destination, bool ReadOnly, bool CopiedUp);

/// <summary>Make a volume's folder. One that is there is left as it is.</summary>
/// <param name="Options">The driver's, with their secrets: kept where only root can read them, never logged or reported.</param>
public sealed record CreateVolume(string CommandId, string Name, string Driver, Dictionary<string, string> Options) : Order(CommandId)
{
    /// <inheritdoc/>
    public override string ToString() => $"CreateVolume({CommandId}, {Name})";
}

/// <summary>The volume can be mounted. Outcome of <see cref="CreateVolume"/>.</summary>
public sealed record VolumeCreatedReport(string Name, DateTimeOffset At) : Report(At);

/// <summary>Delete a volume and what is in it. No container may have it.</summary>
public sealed record RemoveVolume(string CommandId, string Name) : Order(CommandId);

/// <summary>Nothing of the volume is left. Outcome of <see cref="RemoveVolume"/>.</summary>
public sealed record VolumeRemovedReport(string Name, long FreedBytes, DateTimeOffset At) : Report(At);

/// <summary>A volume as it is on the host.</summary>
/// <param name="Bytes">What it takes of the disk; -1 where its content is somebody else's.</param>
public sealed record VolumeSize(string Name, long Bytes);
