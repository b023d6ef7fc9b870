using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

internal static partial class FileCalls
{
    /// <summary>
    /// Bytes of the files in a directory and below it, each once however many names it has; directories themselves count for nothing,
    /// as in Docker's sizes. Follows no link; what is taken away meanwhile is left out.
    /// </summary>
    /// <param name="folder">Relative to <paramref name="parent"/>; nothing where it is not there.</param>
    public static long SizeOfTree(SafeFileHandle parent, ReadOnlySpan<byte> folder) => SizeOfTree(parent, folder, []);

    private static long SizeOfTree(SafeFileHandle parent, ReadOnlySpan<byte> folder, HashSet<ulong> seen)
    {
        using var opened = TryOpenDirectoryAt(parent, folder);
        if (opened is null)
            return 0;
        var size = 0L;
        foreach (var name in Names(opened))
        {
            if (TryStatus(opened, name) is not { } status)
                continue;
            if (status.Kind == FileKind.Directory)
                size += SizeOfTree(opened, name, seen);
            else if (status.Links <= 1 || seen.Add(status.Inode))
                size += status.Size;
        }
        return size;
    }
}
