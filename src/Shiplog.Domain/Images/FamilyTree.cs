namespace Shiplog.Domain.Images;

/// <summary>An image, as far as its descent goes.</summary>
/// <param name="ParentId">The image below it, where the log says so.</param>
/// <param name="Chain">Its layers' chain ids, lowest first.</param>
public sealed record Relative(string Id, string? ParentId, string[] Chain);

/// <summary>One image next to another in the tree.</summary>
/// <param name="Distance">Steps between the two, from 1.</param>
/// <param name="Inferred">No event tells what it was itself made of: its layers do.</param>
public sealed record Kin(string Id, int Distance, bool Inferred);

/// <summary>
/// Which image was made of which. The log says it of images that were made here. Of one that came from elsewhere its layers do:
/// what begins with all the layers of another image and has more was made of that, or of something that no longer differs from it.
/// </summary>
public sealed class FamilyTree
{
    private readonly Dictionary<string, (string Id, bool Inferred)> _parents = [];
    private readonly ILookup<string, string> _children;

    /// <param name="images">Oldest first: of several with the same layers the oldest counts as the one made of.</param>
    public FamilyTree(IEnumerable<Relative> images)
    {
        var known = images.ToList();
        var ids = known.Select(i => i.Id).ToHashSet();
        var byTop = new Dictionary<string, string>();
        foreach (var image in known.Where(i => i.Chain is not []))
            byTop.TryAdd(image.Chain[^1], image.Id);
        foreach (var image in known)
        {
            if (image.ParentId is { } parent && ids.Contains(parent))
                _parents[image.Id] = (parent, false);
            else if (image.Chain.Reverse().Skip(1).Select(byTop.GetValueOrDefault).FirstOrDefault(below => below is not null) is { } below)
                _parents[image.Id] = (below, true);
        }
        _children = known.Where(i => _parents.ContainsKey(i.Id)).ToLookup(i => _parents[i.Id].Id, i => i.Id);
    }

    /// <summary>No event tells what it was made of: its layers do.</summary>
    public bool IsInferred(string id) => _parents.GetValueOrDefault(id).Inferred;

    /// <summary>Nearest first; the last is its base image.</summary>
    public IReadOnlyList<Kin> AncestorsOf(string id)
    {
        var line = new List<Kin>();
        var seen = new HashSet<string> { id };
        // A log that went wrong must not send anybody in circles.
        for (var child = id; _parents.TryGetValue(child, out var parent) && seen.Add(parent.Id); child = parent.Id)
            line.Add(new Kin(parent.Id, line.Count + 1, IsInferred(parent.Id)));
        return line;
    }

    /// <summary>Each after the one that it was made of, with all of that one's own before the next.</summary>
    public IReadOnlyList<Kin> DescendantsOf(string id)
    {
        var found = new List<Kin>();
        var seen = new HashSet<string> { id };
        // In reverse, for a stack.
        var open = new Stack<(string Id, int Distance)>(_children[id].Reverse().Select(child => (child, 1)));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Id))
                continue;
            found.Add(new Kin(next.Id, next.Distance, IsInferred(next.Id)));
            foreach (var child in _children[next.Id].Reverse())
                open.Push((child, next.Distance + 1));
        }
        return found;
    }
}
