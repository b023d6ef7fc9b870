using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// What one tree has that another has not, and the other way round; either may be a union of layers. For roots that are copies and so
/// do not tell what was changed, and for two images. Says what <see cref="UpperChanges"/> says of an upper directory.
/// </summary>
internal sealed class RootChanges
{
    private readonly List<UpperChange> _found = [];

    private RootChanges()
    {
    }

    /// <returns>Parents before what is in them, in the order of the names' bytes.</returns>
    public static List<UpperChange> List(UnionDirectory root, UnionDirectory lower, CancellationToken cancellation)
    {
        var changes = new RootChanges();
        changes.Compare(root, lower, "/"u8.ToArray(), cancellation);
        return changes._found;
    }

    private void Compare(UnionDirectory root, UnionDirectory lower, byte[] path, CancellationToken cancellation)
    {
        var names = new SortedSet<byte[]>(root.AllNames(), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        names.UnionWith(lower.AllNames());
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            Compare(root, lower, name, LayerPath.Append(path, name), cancellation);
        }
    }

    private void Compare(UnionDirectory root, UnionDirectory lower, byte[] name, byte[] path, CancellationToken cancellation)
    {
        var below = lower.Look(name, out var lowerHolder);
        if (root.Look(name, out var holder) is not { } status)
        {
            if (below is not null)
                _found.Add(new UpperChange(path, ChangeKind.Deleted, 0, 0));
            return;
        }
        var place = _found.Count;
        if (status.Kind == FileKind.Directory)
        {
            using var inner = root.Enter(name);
            using var innerBelow = lower.Enter(name);
            Compare(inner, innerBelow, path, cancellation);
        }
        if (below is not { } old)
            _found.Insert(place, new UpperChange(path, ChangeKind.Added, UpperChanges.SizeOf(status), 0));
        else if (_found.Count > place || !IsSame(status, old) || !HaveSameAttributes(holder!, lowerHolder!, name, status))
            _found.Insert(place, new UpperChange(path, ChangeKind.Modified, UpperChanges.SizeOf(status), 0));
    }

    private static bool IsSame(FileStatus a, FileStatus b) =>
        (a.Kind, a.Mode, a.Uid, a.Gid, a.Modified) == (b.Kind, b.Mode, b.Uid, b.Gid, b.Modified) && a.Kind switch
        {
            FileKind.Regular or FileKind.Symlink => a.Size == b.Size,
            FileKind.CharacterDevice or FileKind.BlockDevice => (a.Major, a.Minor) == (b.Major, b.Minor),
            _ => true, // A directory's size is the file system's affair.
        };

    // setcap(8) and setfacl(1) change no time of change.
    private static bool HaveSameAttributes(SafeFileHandle directory, SafeFileHandle holder, byte[] name, FileStatus status)
    {
        if (status.Kind == FileKind.Symlink)
            return ReadLink(directory, name).AsSpan().SequenceEqual(ReadLink(holder, name));
        var (now, before) = (Kept(directory, name), Kept(holder, name));
        return now.Length == before.Length && now.Zip(before).All(p =>
            p.First.Name.AsSpan().SequenceEqual(p.Second.Name) && p.First.Value.AsSpan().SequenceEqual(p.Second.Value));
    }

    private static ExtendedAttribute[] Kept(SafeFileHandle directory, byte[] name) =>
        [.. Xattrs(directory, name).Where(a => LayerPath.IsImageAttribute(a.Name)).OrderBy(a => a.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];
}
