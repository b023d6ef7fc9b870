using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>Something that is to be copied.</summary>
/// <param name="Asked">Its path as it was found, links on the way by their own names.</param>
/// <param name="Place">Where that leads, and what is there.</param>
/// <param name="Pivot">How many names of <paramref name="Asked"/> are not made in the destination; all of them for a folder, whose content is copied.</param>
internal sealed record FoundSource(SourceTree Tree, byte[][] Asked, SourcePlace Place, int Pivot)
{
    /// <summary>It came from the network: not unpacked.</summary>
    public bool IsDownload { get; init; }

    /// <summary>What it is below a destination that is a folder; empty for the destination itself.</summary>
    public byte[][] Below => Asked[Pivot..];

    public bool IsFolder => Place.Status.Kind == FileKind.Directory;

    /// <summary>What a file is called in the folder that <see cref="OpenParent"/> opens.</summary>
    public byte[] Name => Place.Path[^1];

    public UnionDirectory OpenParent() => Tree.Open(Place.Path.AsSpan(0, Place.Path.Length - 1));

    /// <summary>Opens the folder that it is.</summary>
    public UnionDirectory Open() => Tree.Open(Place.Path);
}

/// <summary>All that an instruction copies. What it lies in stays until this is disposed.</summary>
internal sealed class FoundSources(BuildFile[] files, ExcludePatterns excludes) : IDisposable
{
    private readonly List<IDisposable> _held = [];

    public List<FoundSource> Sources { get; } = [];

    /// <summary>Files that are written in the Dockerfile.</summary>
    public BuildFile[] Files => files;

    public ExcludePatterns Excludes => excludes;

    public int Count => Sources.Count + files.Length;

    public T Hold<T>(T one)
        where T : IDisposable
    {
        _held.Add(one);
        return one;
    }

    public void Dispose()
    {
        foreach (var one in _held.AsEnumerable().Reverse())
            one.Dispose();
    }
}
