namespace Shiplog.Contracts.Orders;

/// <summary>What one layer of an image does to those below it.</summary>
/// <param name="Wasted">Bytes of files below it that it replaces or removes: they are on the disk, and nobody sees them.</param>
public sealed record LayerContent(int Added, int Modified, int Removed, long Wasted);

/// <summary>A file that a layer adds, changes or removes.</summary>
/// <param name="Kind">0 modified, 1 added, 2 removed.</param>
/// <param name="Size">Bytes, of regular files; 0 of all else and of what is removed.</param>
public sealed record LayerFile(string Path, int Kind, long Size);
