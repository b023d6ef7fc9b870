namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.

/// <summary>Intent: an archive of some of the container's files is to go to whoever asks, or of all of them.</summary>
/// <param name="Path">As asked for.</param>
/// <param name="Purpose"><c>copy</c> or <c>export</c>.</param>
public sealed record ContainerFilesReadRequested(string ContainerId, string CommandId, string Path, string Purpose, DateTimeOffset At);

/// <summary>The archive has gone to whoever asked. Outcome of a copy out of the container, or of an export.</summary>
/// <param name="Bytes">Of the archive.</param>
public sealed record ContainerFilesRead(
    string ContainerId, string CommandId, string Path, string Purpose, long Bytes, DateTimeOffset At);

/// <summary>Intent: an archive is to be unpacked in a directory of the container.</summary>
/// <param name="Path">The directory, as asked for.</param>
/// <param name="NoOverwriteDirNonDir">A directory is not replaced by something else, nor something else by a directory.</param>
/// <param name="CopyUidGid">What is unpacked is to belong to the container's user.</param>
public sealed record ContainerFilesWriteRequested(
    string ContainerId, string CommandId, string Path, bool NoOverwriteDirNonDir, bool CopyUidGid, DateTimeOffset At);

/// <summary>The archive was unpacked. Outcome of a copy into the container.</summary>
/// <param name="Entries">Members of the archive.</param>
/// <param name="Bytes">Of its files.</param>
public sealed record ContainerFilesWritten(
    string ContainerId, string CommandId, string Path, int Entries, long Bytes, DateTimeOffset At);
