using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>The layers below one, seen as the union that they make: whiteouts hide, opaque directories end the search.</summary>
/// <param name="folders">Their unpacked folders, topmost first.</param>
internal sealed class LowerLayers(IReadOnlyList<string> folders)
{
    private const int MaximalLinks = 40;

    /// <summary>A directory as the union shows it.</summary>
    /// <returns><see langword="null"/> where there is none, or something else.</returns>
    public SafeFileHandle? FindDirectory(byte[] path)
    {
        var stack = Roots();
        try
        {
            foreach (var part in Split(path))
            {
                if (Step(stack, part) is not { Kind: FileKind.Directory })
                    return null;
            }
            return TakeFirst(stack);
        }
        finally
        {
            stack.ForEach(d => d.Dispose());
        }
    }

    /// <summary>The directory, in one of the layers, that holds the file which the union shows at this path.</summary>
    /// <returns><see langword="null"/> where the union shows nothing there.</returns>
    /// <param name="place">Its path without links on the way, from the root.</param>
    public SafeFileHandle? FindParent(byte[] path, out byte[] place)
    {
        place = path;
        var rest = new LinkedList<byte[]>(Split(path));
        var walked = new List<byte[]>();
        var links = 0;
        var stack = Roots();
        try
        {
            while (rest.First is { } first)
            {
                rest.RemoveFirst();
                var isLast = rest.Count == 0;
                var found = Look(stack, first.Value, out var holder);
                if (found is null)
                    return null;
                if (isLast)
                {
                    place = LayerPath.Join([.. walked, first.Value]);
                    return OpenDirectoryAt(holder!, "."u8);
                }
                if (found is { Kind: FileKind.Symlink } && ++links <= MaximalLinks)
                {
                    Follow(ReadLink(holder!, first.Value), walked, rest);
                    stack.ForEach(d => d.Dispose());
                    stack = Roots();
                    continue;
                }
                if (Step(stack, first.Value) is not { Kind: FileKind.Directory })
                    return null;
                walked.Add(first.Value);
            }
            return null;
        }
        finally
        {
            stack.ForEach(d => d.Dispose());
        }
    }

    private List<SafeFileHandle> Roots() => [.. folders.Select(OpenRoot)];

    // The walk begins anew at the root with the link's target in place of the link; above the root is the root.
    private static void Follow(byte[] target, List<byte[]> walked, LinkedList<byte[]> rest)
    {
        var parts = target[0] == '/' ? [] : new List<byte[]>(walked);
        foreach (var part in Split(target))
        {
            if (part.AsSpan().SequenceEqual(".."u8))
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (!part.AsSpan().SequenceEqual("."u8))
                parts.Add(part);
        }
        for (var i = parts.Count - 1; i >= 0; i--)
            rest.AddFirst(parts[i]);
        walked.Clear();
    }

    private static FileStatus? Look(List<SafeFileHandle> stack, byte[] name, out SafeFileHandle? holder)
    {
        holder = null;
        foreach (var directory in stack)
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

    /// <summary>Goes down by one component: the directories of that name which the union merges.</summary>
    private static FileStatus? Step(List<SafeFileHandle> stack, byte[] name)
    {
        FileStatus? top = null;
        var below = new List<SafeFileHandle>();
        foreach (var directory in stack)
        {
            if (TryStatus(directory, name) is not { } status)
                continue;
            if (status.Kind != FileKind.Directory)
            {
                top ??= status.IsWhiteout ? null : status;
                break;
            }
            top ??= status;
            below.Add(OpenDirectoryAt(directory, name));
            if (TryGetXattr(directory, name, OverlayOpaque) is [(byte)'y'])
                break;
        }
        stack.ForEach(d => d.Dispose());
        stack.Clear();
        stack.AddRange(below);
        return top;
    }

    private static SafeFileHandle? TakeFirst(List<SafeFileHandle> stack)
    {
        if (stack.Count == 0)
            return null;
        var first = stack[0];
        stack.RemoveAt(0);
        return first;
    }

    private static List<byte[]> Split(byte[] path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            if (!path.AsSpan()[range].IsEmpty)
                parts.Add(path[range]);
        }
        return parts;
    }
}
