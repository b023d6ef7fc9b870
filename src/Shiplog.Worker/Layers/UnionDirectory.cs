using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>One directory of a union of layers: those of the layers' directories that the union merges, topmost first.</summary>
internal sealed class UnionDirectory(List<SafeFileHandle> merged) : IDisposable
{
    public static UnionDirectory Root(IEnumerable<string> folders) => new([.. folders.Select(OpenRoot)]);

    /// <summary>The same directory, open a second time.</summary>
    public UnionDirectory Again() => new([.. merged.Select(d => OpenDirectoryAt(d, "."u8))]);

    /// <summary>The topmost of them; <see langword="null"/> where there is none.</summary>
    public SafeFileHandle? Top => merged.Count > 0 ? merged[0] : null;

    /// <summary>What the union shows under this name.</summary>
    /// <param name="holder">The directory that holds it.</param>
    public FileStatus? Look(ReadOnlySpan<byte> name, out SafeFileHandle? holder)
    {
        holder = null;
        foreach (var directory in merged)
        {
            if (TryStatus(directory, name) is not { } status)
                continue;
            if (status.IsWhiteout)
                return null;
            holder = directory;
            return status;
        }
        return null;
    }

    /// <summary>The directory of this name; one that merges nothing where the union shows none.</summary>
    public UnionDirectory Enter(ReadOnlySpan<byte> name)
    {
        var below = new List<SafeFileHandle>();
        foreach (var directory in merged)
        {
            if (TryStatus(directory, name) is not { } status)
                continue;
            if (status.Kind != FileKind.Directory)
                break;
            below.Add(OpenDirectoryAt(directory, name));
            if (TryGetXattr(directory, name, OverlayOpaque) is [(byte)'y'])
                break;
        }
        return new UnionDirectory(below);
    }

    /// <summary>All names that the union shows, in the order of their bytes.</summary>
    public IEnumerable<byte[]> AllNames()
    {
        var names = new SortedSet<byte[]>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        foreach (var directory in merged)
        {
            using var readable = OpenDirectoryAt(directory, "."u8);
            names.UnionWith(Names(readable));
        }
        return names.Where(n => Look(n, out _) is not null);
    }

    public void Dispose() => merged.ForEach(d => d.Dispose());
}
