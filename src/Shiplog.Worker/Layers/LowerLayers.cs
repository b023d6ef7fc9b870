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
        var here = UnionDirectory.Root(folders);
        try
        {
            foreach (var part in LayerPath.Split(path))
                here = Enter(here, part);
            return here.Top is { } top ? OpenDirectoryAt(top, "."u8) : null;
        }
        finally
        {
            here.Dispose();
        }
    }

    /// <summary>The directory, in one of the layers, that holds the file which the union shows at this path.</summary>
    /// <returns><see langword="null"/> where the union shows nothing there.</returns>
    /// <param name="place">Its path without links on the way, from the root.</param>
    public SafeFileHandle? FindParent(byte[] path, out byte[] place)
    {
        place = path;
        var rest = new LinkedList<byte[]>(LayerPath.Split(path));
        var walked = new List<byte[]>();
        var links = 0;
        var here = UnionDirectory.Root(folders);
        try
        {
            while (rest.First is { } first)
            {
                rest.RemoveFirst();
                var isLast = rest.Count == 0;
                var found = here.Look(first.Value, out var holder);
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
                    here.Dispose();
                    here = UnionDirectory.Root(folders);
                    continue;
                }
                here = Enter(here, first.Value);
                if (here.Top is null)
                    return null;
                walked.Add(first.Value);
            }
            return null;
        }
        finally
        {
            here.Dispose();
        }
    }

    private static UnionDirectory Enter(UnionDirectory here, byte[] name)
    {
        using (here)
            return here.Enter(name);
    }

    // The walk begins anew at the root with the link's target in place of the link; above the root is the root.
    private static void Follow(byte[] target, List<byte[]> walked, LinkedList<byte[]> rest)
    {
        var parts = target[0] == '/' ? [] : new List<byte[]>(walked);
        foreach (var part in LayerPath.Split(target))
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
}
