using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Images;

/// <summary>
/// Keeps the family tree readable: of the containers that left no image behind, the newest few of each image are drawn, the
/// others counted in one node.
/// </summary>
internal static class LineageFold
{
    /// <summary>The kind of a node that stands for several containers.</summary>
    public const string FoldedKind = "containers";

    /// <param name="keep">How many of an image's childless containers stay nodes of their own.</param>
    public static LineageView Of(LineageView lineage, int keep)
    {
        var fertile = lineage.Edges.Select(e => e.From).ToHashSet(StringComparer.Ordinal);
        var nodes = lineage.Nodes.DistinctBy(n => n.Id).ToDictionary(n => n.Id, StringComparer.Ordinal);
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        var added = new List<(LineageNode Node, LineageEdge Edge)>();
        foreach (var runs in lineage.Edges.Where(e => e.Kind == "run").GroupBy(e => e.From, StringComparer.Ordinal))
        {
            var leaves = runs.Where(e => !fertile.Contains(e.To) && nodes.ContainsKey(e.To)).Select(e => (Edge: e, Node: nodes[e.To]))
                .OrderBy(l => l.Node.State == "removed").ThenByDescending(l => l.Node.At).ToArray();
            // One more node says no less than a node that says "and one more".
            if (leaves.Length <= keep + 1)
                continue;
            var folded = leaves[keep..];
            dropped.UnionWith(folded.Select(l => l.Node.Id));
            var live = folded.Count(l => l.Node.State != "removed");
            var node = new LineageNode(
                $"{runs.Key}+", FoldedKind, $"{folded.Length} more containers", live == 0 ? "removed" : $"{live} present",
                folded.Max(l => l.Node.At));
            added.Add((node, new LineageEdge(runs.Key, node.Id, "run", folded.Max(l => l.Edge.Sequence))));
        }
        if (dropped.Count == 0)
            return lineage;
        return new LineageView(
            [.. lineage.Nodes.Where(n => !dropped.Contains(n.Id)), .. added.Select(a => a.Node)],
            [.. lineage.Edges.Where(e => !dropped.Contains(e.To)), .. added.Select(a => a.Edge)]);
    }
}
