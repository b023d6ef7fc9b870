using System.Text;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>Something in a tree.</summary>
/// <param name="Path">From the tree's root, without links on the way.</param>
internal sealed record SourcePlace(byte[][] Path, FileStatus Status);

/// <summary>
/// The files that a build copies from: its context, or an image's layers as the union that they make. Nothing need be mounted for that,
/// whatever the storage driver, and what an engine adds to a container's root is not there.
/// </summary>
/// <param name="folders">Topmost first.</param>
/// <param name="isFixed">Its files are what they are as long as the build goes on.</param>
internal sealed class SourceTree(IEnumerable<string> folders, bool isFixed) : IDisposable
{
    // As the kernel (path_resolution(7)).
    private const int MaximalLinks = 40;

    // What a root looks like that no layer says anything of.
    private static readonly FileStatus Nothing = new() { Kind = FileKind.Directory, Mode = 0x1ed };

    private readonly UnionDirectory _root = UnionDirectory.Root(folders);

    public bool IsFixed => isFixed;

    /// <summary>Finds where a path leads: links are followed, the last one too, and end within the tree.</summary>
    /// <returns><see langword="null"/> where there is nothing.</returns>
    /// <exception cref="LinuxException">More links than the kernel would follow.</exception>
    public SourcePlace? Find(IEnumerable<byte[]> path)
    {
        using var walk = new Walk(_root);
        return walk.Go(path);
    }

    /// <summary>Opens a folder by its path without links; with the empty path, the root.</summary>
    public UnionDirectory Open(ReadOnlySpan<byte[]> path)
    {
        var here = _root.Again();
        foreach (var part in path)
        {
            using var above = here;
            here = above.Enter(part);
        }
        return here;
    }

    public void Dispose() => _root.Dispose();

    private sealed class Walk(UnionDirectory root) : IDisposable
    {
        private readonly List<(byte[] Name, UnionDirectory Held)> _on = [];
        private int _links;

        private UnionDirectory Here => _on is [.., var (_, held)] ? held : root;

        public SourcePlace? Go(IEnumerable<byte[]> path)
        {
            var rest = new Stack<byte[]>(path.Reverse());
            while (rest.TryPop(out var part))
            {
                if (part.AsSpan().SequenceEqual(".."u8))
                    Leave(Math.Max(0, _on.Count - 1));
                else if (!part.AsSpan().SequenceEqual("."u8) && Enter(part, rest) is { IsEnd: true } entered)
                    return entered.Place;
            }
            return new SourcePlace([.. _on.Select(d => d.Name)], Here.Top is { } top ? FileCalls.StatusOf(top) : Nothing);
        }

        public void Dispose() => Leave(0);

        private (bool IsEnd, SourcePlace? Place) Enter(byte[] name, Stack<byte[]> rest)
        {
            if (Here.Look(name, out var holder) is not { } status)
                return (true, null);
            switch (status.Kind)
            {
                case FileKind.Directory:
                    _on.Add((name, Here.Enter(name)));
                    return (false, null);
                case FileKind.Symlink:
                    Follow(FileCalls.ReadLink(holder!, name), rest);
                    return (false, null);
                default:
                    return (true, rest.Count > 0 ? null : new SourcePlace([.. _on.Select(d => d.Name), name], status));
            }
        }

        private void Follow(byte[] target, Stack<byte[]> rest)
        {
            if (++_links > MaximalLinks)
                throw new LinuxException(FileCalls.ELOOP, "resolve", Encoding.UTF8.GetString(target));
            if (target is [(byte)'/', ..])
                Leave(0);
            foreach (var part in LayerPath.Split(target).AsEnumerable().Reverse())
                rest.Push(part);
        }

        private void Leave(int depth)
        {
            foreach (var (_, held) in _on[depth..])
                held.Dispose();
            _on.RemoveRange(depth, _on.Count - depth);
        }
    }
}
