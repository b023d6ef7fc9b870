using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

internal enum ChangeKind
{
    Modified = 0,
    Added = 1,
    Deleted = 2,
}

/// <summary>Something that the upper directory changes.</summary>
/// <param name="Size">Bytes, of a regular file that is there now; 0 of all else.</param>
/// <param name="Hidden">Bytes of the files below that nobody sees any more because of it; 0 where that was not asked for.</param>
internal readonly record struct UpperChange(byte[] Path, ChangeKind Kind, long Size, long Hidden);

/// <summary>
/// What the upper directory of an overlay changes of the layers below it, parents before what is in them. A directory is modified
/// where something in it is, or where it differs itself.
/// </summary>
internal sealed class UpperChanges
{
    private readonly bool _weighs;
    private readonly List<UpperChange> _found = [];

    private UpperChanges(bool weighs) => _weighs = weighs;

    /// <param name="weighs">Tell what is hidden: it takes a walk through all that is gone.</param>
    public static List<UpperChange> List(SafeFileHandle upper, UnionDirectory lower, bool weighs, CancellationToken cancellation)
    {
        var changes = new UpperChanges(weighs);
        changes.Compare(upper, lower, "/"u8.ToArray(), cancellation);
        return changes._found;
    }

    private void Compare(SafeFileHandle upper, UnionDirectory lower, byte[] path, CancellationToken cancellation)
    {
        using var readable = OpenDirectoryAt(upper, "."u8);
        foreach (var name in Names(readable))
        {
            cancellation.ThrowIfCancellationRequested();
            var here = LayerPath.Append(path, name);
            // Gone since the listing, perhaps.
            if (TryStatus(readable, name) is { } status)
                Compare(readable, lower, name, here, status, cancellation);
        }
    }

    private void Compare(
        SafeFileHandle directory, UnionDirectory lower, byte[] name, byte[] path, FileStatus status, CancellationToken cancellation)
    {
        var below = lower.Look(name, out _);
        if (status.IsWhiteout)
        {
            if (below is not null)
                _found.Add(new UpperChange(path, ChangeKind.Deleted, 0, Hidden(lower, name, below.Value)));
            return;
        }
        var place = _found.Count;
        if (status.Kind == FileKind.Directory)
            CompareInside(directory, lower, name, path, cancellation);
        var changedInside = _found.Count > place;
        if (below is not { } old)
            _found.Insert(place, new UpperChange(path, ChangeKind.Added, SizeOf(status), 0));
        else if (changedInside || !IsSameDirectory(status, old))
            _found.Insert(place, new UpperChange(path, ChangeKind.Modified, SizeOf(status), status.Kind == FileKind.Directory ? 0 : Hidden(lower, name, old)));
    }

    private void CompareInside(
        SafeFileHandle directory, UnionDirectory lower, byte[] name, byte[] path, CancellationToken cancellation)
    {
        using var inner = TryOpenAt(directory, name, O_RDONLY);
        if (inner is null)
            return;
        var isOpaque = TryGetXattr(directory, name, OverlayOpaque) is [(byte)'y'];
        using var below = lower.Enter(name);
        Compare(inner, below, path, cancellation);
        if (!isOpaque)
            return;
        // It hides all that was there; what is there again has been told.
        foreach (var hidden in below.AllNames().Where(n => TryStatus(inner, n) is null))
            _found.Add(new UpperChange(LayerPath.Append(path, hidden), ChangeKind.Deleted, 0, Hidden(below, hidden, below.Look(hidden, out _)!.Value)));
    }

    internal static long SizeOf(FileStatus status) => status.Kind == FileKind.Regular ? status.Size : 0;

    private long Hidden(UnionDirectory union, byte[] name, FileStatus status) => _weighs ? Weight(union, name, status) : 0;

    private static long Weight(UnionDirectory union, byte[] name, FileStatus status)
    {
        if (status.Kind != FileKind.Directory)
            return SizeOf(status);
        using var inside = union.Enter(name);
        return inside.AllNames().Sum(n => Weight(inside, n, inside.Look(n, out _)!.Value));
    }

    // A directory is in the upper layer also because something deeper is.
    private static bool IsSameDirectory(FileStatus a, FileStatus b) =>
        a.Kind == FileKind.Directory && b.Kind == FileKind.Directory
        && (a.Mode, a.Uid, a.Gid, a.Modified) == (b.Mode, b.Uid, b.Gid, b.Modified);
}
