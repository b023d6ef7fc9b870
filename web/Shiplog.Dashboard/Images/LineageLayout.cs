using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Images;

/// <summary>A node's place; <paramref name="X"/> and <paramref name="Y"/> are its upper left corner.</summary>
public sealed record PlacedNode(LineageNode Node, int Generation, double X, double Y);

/// <summary>An edge from the right side of one node to the left side of another.</summary>
public sealed record PlacedEdge(LineageEdge Edge, double X1, double Y1, double X2, double Y2);

/// <summary>A family tree, ready to draw.</summary>
public sealed record PlacedLineage(IReadOnlyList<PlacedNode> Nodes, IReadOnlyList<PlacedEdge> Edges, double Width, double Height);

/// <summary>
/// Lays the family tree out from left to right: a column per generation, relatives side by side. Each node is placed after
/// its parents; families that have nothing to do with one another stand below one another.
/// </summary>
internal static class LineageLayout
{
    public const double NodeWidth = 196, NodeHeight = 46, ColumnGap = 92, RowGap = 14, FamilyGap = 18, Margin = 8;

    public static PlacedLineage Of(LineageView lineage)
    {
        var nodes = lineage.Nodes.DistinctBy(n => n.Id).ToDictionary(n => n.Id, StringComparer.Ordinal);
        var edges = lineage.Edges.Where(e => nodes.ContainsKey(e.From) && nodes.ContainsKey(e.To)).DistinctBy(e => (e.From, e.To, e.Kind)).ToArray();
        var children = edges.ToLookup(e => e.From, e => e.To);
        var parents = edges.ToLookup(e => e.To, e => e.From);
        var generations = Generations(nodes.Values, parents);

        var rows = new Dictionary<string, double>(StringComparer.Ordinal);
        var floors = new List<double>();
        var top = Margin;
        foreach (var root in nodes.Values.Where(n => generations[n.Id] == 0).OrderBy(n => n.State == "removed").ThenBy(n => n.At).ThenBy(n => n.Id, StringComparer.Ordinal))
        {
            floors.Clear();
            Place(root.Id, top);
            top = Math.Max(top, rows.Values.DefaultIfEmpty(top).Max() + NodeHeight + FamilyGap);
        }

        var placed = nodes.Values.Select(n => new PlacedNode(n, generations[n.Id], Margin + generations[n.Id] * (NodeWidth + ColumnGap), rows[n.Id]))
            .OrderBy(n => n.Generation).ThenBy(n => n.Y).ToArray();
        var places = placed.ToDictionary(p => p.Node.Id, StringComparer.Ordinal);
        var drawn = edges.Select(e => Draw(e, places[e.From], places[e.To])).ToArray();
        var width = placed.Select(p => p.X + NodeWidth).DefaultIfEmpty(0).Max() + Margin;
        var height = placed.Select(p => p.Y + NodeHeight).DefaultIfEmpty(0).Max() + Margin;
        return new PlacedLineage(placed, drawn, width, height);

        // A node stands level with the middle of its first child and last child, and never above what its column holds already.
        double Place(string id, double from)
        {
            var generation = generations[id];
            while (floors.Count <= generation)
                floors.Add(0);
            rows[id] = from;
            var own = children[id].Where(c => generations[c] == generation + 1 && !rows.ContainsKey(c)).Distinct()
                .OrderBy(c => nodes[c].Kind == LineageFold.FoldedKind).ThenBy(c => nodes[c].At).ThenBy(c => c, StringComparer.Ordinal).ToArray();
            var y = Math.Max(from, floors[generation]);
            if (own.Length > 0)
            {
                var ys = own.Select(c => Place(c, y)).ToArray();
                y = Math.Max(y, (ys[0] + ys[^1]) / 2);
            }
            rows[id] = y;
            floors[generation] = y + NodeHeight + RowGap;
            return y;
        }
    }

    // The longest way from a root. A log that contradicts itself (a circle) still ends: each node is entered once on a path.
    private static Dictionary<string, int> Generations(IEnumerable<LineageNode> nodes, ILookup<string, string> parents)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var entered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes.OrderBy(n => n.At))
            Find(node.Id);
        return known;

        int Find(string id)
        {
            if (known.TryGetValue(id, out var generation))
                return generation;
            if (!entered.Add(id))
                return -1;
            return known[id] = parents[id].Select(Find).DefaultIfEmpty(-1).Max() + 1;
        }
    }

    private static PlacedEdge Draw(LineageEdge edge, PlacedNode from, PlacedNode to) =>
        new(edge, from.X + NodeWidth, from.Y + NodeHeight / 2, to.X, to.Y + NodeHeight / 2);
}
