namespace Shiplog.Contracts.Orders;

/// <summary>How a container's log is divided into files.</summary>
/// <param name="MaxSize">Bytes after which a new file is begun.</param>
/// <param name="MaxFiles">So many are kept, the one that is being written among them.</param>
/// <param name="Compress">Those that are not written any more.</param>
public sealed record LogRotation(long MaxSize, int MaxFiles, bool Compress);
