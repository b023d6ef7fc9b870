using System.Text.Json.Serialization;

namespace Shiplog.Domain.Mounts;

// These shapes are parts of stored events, a storage format: members may be added as optional ones, never changed.

/// <summary>One mount of a container, decided.</summary>
/// <param name="Type"><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</param>
/// <param name="Name">The volume's; empty for the other types.</param>
/// <param name="Source">The host's path of a bind; empty for the other types.</param>
/// <param name="Destination">Absolute and clean, as in the container.</param>
/// <param name="Driver">The volume's.</param>
/// <param name="Mode">As it was written: <c>ro</c>, <c>z</c>.</param>
/// <param name="Propagation">As <c>rprivate</c>; empty but for binds.</param>
/// <param name="Anonymous">The volume was made for this container and goes with it where that is asked for.</param>
/// <param name="NoCopy">An empty volume is not filled with what the image has at the destination.</param>
/// <param name="Subpath">The part of the volume that is mounted; empty for all of it.</param>
/// <param name="NonRecursive">Mounts below a bind's source stay outside.</param>
/// <param name="CreateSource">A bind's source that is missing is made, as a folder.</param>
/// <param name="ReadOnlyNonRecursive">Read-only, but not the mounts below.</param>
/// <param name="ReadOnlyForceRecursive">Read-only with the mounts below, or not at all.</param>
/// <param name="Options">Of a tmpfs.</param>
public sealed record MountPoint(
    string Type, string Name, string Source, string Destination, string Driver, string Mode, bool ReadOnly, string Propagation,
    bool Anonymous, bool NoCopy, string Subpath, bool NonRecursive, bool CreateSource, bool ReadOnlyNonRecursive,
    bool ReadOnlyForceRecursive, string[] Options)
{
    /// <summary>A mount of a volume, with a name.</summary>
    [JsonIgnore] public bool IsVolume => Type is "volume";
}

/// <summary>The mounts of a container as they were asked for, which is how they are shown again.</summary>
/// <param name="Binds"><c>-v</c>: <c>/host:/container:ro</c>, <c>name:/container</c>.</param>
/// <param name="Mounts"><c>--mount</c></param>
/// <param name="Tmpfs"><c>--tmpfs</c>: the destination and its options.</param>
/// <param name="VolumesFrom"><c>container[:ro|rw]</c></param>
/// <param name="VolumeDriver">Of the volumes that are made for the container; empty for <c>local</c>.</param>
public sealed record RequestedMounts(
    string[] Binds, MountRequest[] Mounts, Dictionary<string, string> Tmpfs, string[] VolumesFrom, string VolumeDriver)
{
    /// <summary>None at all.</summary>
    public static readonly RequestedMounts None = new([], [], [], [], "");
}

/// <summary>A mount as <c>--mount</c> asks for it. Docker's API, "Mount".</summary>
public sealed record MountRequest(
    string Type, string Source, string Target, bool ReadOnly, string Consistency, BindRequest? Bind, VolumeRequest? Volume,
    TmpfsRequest? Tmpfs);

/// <summary>What only binds have.</summary>
public sealed record BindRequest(
    string Propagation, bool NonRecursive, bool CreateMountpoint, bool ReadOnlyNonRecursive, bool ReadOnlyForceRecursive);

/// <summary>What only volumes have.</summary>
public sealed record VolumeRequest(
    bool NoCopy, Dictionary<string, string> Labels, string Driver, Dictionary<string, string> DriverOptions, string Subpath);

/// <summary>What only a tmpfs has.</summary>
/// <param name="Mode">Permission bits; 0 for the default.</param>
public sealed record TmpfsRequest(long SizeBytes, int Mode, string[][] Options);
