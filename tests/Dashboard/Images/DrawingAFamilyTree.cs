using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Images;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Images;

public class DrawingAFamilyTree
{
    [Fact]
    public void Each_generation_stands_right_of_the_one_before()
    {
        var drawn = LineageLayout.Of(Tree("busybox>cce", "cce>caichangen", "caichangen>web"));

        drawn.Nodes.Select(n => (n.Node.Id, n.Generation)).ShouldBe([("busybox", 0), ("cce", 1), ("caichangen", 2), ("web", 3)]);
        drawn.Edges.ShouldAllBe(e => e.X2 - e.X1 == LineageLayout.ColumnGap);
    }

    [Fact]
    public void A_parent_stands_level_with_the_middle_of_its_children()
    {
        var drawn = LineageLayout.Of(Tree("image>a", "image>b", "image>c"));

        var y = drawn.Nodes.ToDictionary(n => n.Node.Id, n => n.Y);
        y["image"].ShouldBe((y["a"] + y["c"]) / 2, 1e-9);
        (y["a"] < y["b"] && y["b"] < y["c"]).ShouldBeTrue();
    }

    [Fact]
    public void Families_stand_below_one_another_and_removed_ones_last()
    {
        var lineage = Tree("one>a", "two>b");
        lineage = lineage with { Nodes = [.. lineage.Nodes.Select(n => n.Id == "one" ? n with { State = "removed" } : n)] };

        var y = LineageLayout.Of(lineage).Nodes.ToDictionary(n => n.Node.Id, n => n.Y);

        y["one"].ShouldBeGreaterThan(y["two"]);
        y["a"].ShouldBeGreaterThan(y["b"]);
    }

    [Fact]
    public void No_two_nodes_overlap_and_every_edge_leads_to_the_right_whatever_the_tree()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(1, 40);
            var edges = Enumerable.Range(1, count - 1).Where(_ => random.Next(6) > 0).Select(i => $"n{random.Next(i)}>n{i}");
            var lineage = Tree([.. edges], [.. Enumerable.Range(0, count).Select(i => $"n{i}")]);

            var drawn = LineageLayout.Of(lineage);

            drawn.Nodes.Count.ShouldBe(count);
            drawn.Edges.Count.ShouldBe(lineage.Edges.Length);
            drawn.Edges.ShouldAllBe(e => e.X2 > e.X1);
            drawn.Nodes.ShouldAllBe(n => n.Y >= 0 && n.X >= 0 && n.Y + LineageLayout.NodeHeight <= drawn.Height && n.X + LineageLayout.NodeWidth <= drawn.Width);
            foreach (var column in drawn.Nodes.GroupBy(n => n.Generation))
                foreach (var (upper, lower) in column.OrderBy(n => n.Y).Zip(column.OrderBy(n => n.Y).Skip(1)))
                    (lower.Y - upper.Y).ShouldBeGreaterThanOrEqualTo(LineageLayout.NodeHeight);
        }
    }

    [Fact]
    public void A_log_that_contradicts_itself_is_drawn_too()
    {
        var drawn = LineageLayout.Of(Tree("a>b", "b>a", "root>c"));

        drawn.Nodes.Select(n => n.Node.Id).Order().ShouldBe(["a", "b", "c", "root"]);
    }

    [Fact]
    public void Nothing_makes_an_empty_drawing() => LineageLayout.Of(new LineageView([], [])).Nodes.ShouldBeEmpty();

    [Fact]
    public void Many_childless_containers_become_one_node_and_those_with_images_stay()
    {
        var lineage = Tree([.. Enumerable.Range(0, 20).Select(i => $"image>job{i:00}"), "job03>child"]);

        var folded = LineageFold.Of(lineage, keep: 5);

        folded.Nodes.Count(n => n.Kind == "container").ShouldBe(6);
        folded.Nodes.ShouldContain(n => n.Id == "job03");
        folded.Nodes.ShouldContain(n => n.Id == "job19");
        var rest = folded.Nodes.Single(n => n.Kind == LineageFold.FoldedKind);
        rest.Label.ShouldBe("14 more containers");
        folded.Edges.Single(e => e.To == rest.Id).From.ShouldBe("image");
    }

    [Fact]
    public void A_few_are_left_alone()
    {
        var lineage = Tree("image>a", "image>b");

        LineageFold.Of(lineage, keep: 1).ShouldBe(lineage);
    }

    private static LineageView Tree(params string[] edges) => Tree(edges, []);

    private static LineageView Tree(string[] edges, string[] alone)
    {
        var pairs = edges.Select(e => e.Split('>')).ToArray();
        var names = alone.Concat(pairs.SelectMany(p => p)).Distinct().ToArray();
        var parents = pairs.Select(p => p[0]).ToHashSet();
        return new LineageView(
            [.. names.Select((n, i) => new LineageNode(n, n.StartsWith("job", StringComparison.Ordinal) ? "container" : "image", n, "present", ALog.Noon.AddMinutes(i)))],
            [.. pairs.Select((p, i) => new LineageEdge(p[0], p[1], "run", i + 1))]);
    }
}
