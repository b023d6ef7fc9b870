namespace Shiplog.Contracts.Orders;

/// <summary>An archive was unpacked in the container. Outcome of a copy into it, which comes as a stream and not as an order.</summary>
/// <param name="Path">The directory, as it was asked for.</param>
/// <param name="Entries">Members of the archive.</param>
/// <param name="Bytes">Of its files.</param>
public sealed record ContainerFilesWrittenReport(string ContainerId, string Path, int Entries, long Bytes, DateTimeOffset At) : Report(At);

/// <summary>What a path in a container is; of a link, the link itself.</summary>
/// <param name="Mode">Kind and permissions, as <c>st_mode</c> has them (inode(7)).</param>
/// <param name="Modified">RFC 3339 with nanoseconds.</param>
/// <param name="LinkTarget">Where a link leads in the end, from the container's root; empty for all else.</param>
public sealed record PathStat(string Name, long Size, uint Mode, string Modified, string LinkTarget);

/// <summary>What a container takes of the disk, in bytes of its files.</summary>
/// <param name="ReadWrite">Its read-write layer.</param>
/// <param name="Layers">Those of its image below it, which other containers may share.</param>
public sealed record ContainerSize(long ReadWrite, long Layers);

/// <summary>A file that differs from the container's image.</summary>
/// <param name="Kind">0 modified, 1 added, 2 deleted.</param>
public sealed record FileChange(string Path, int Kind);
