using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Images;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Images;

public class StackingLayers
{
    internal static RelativeView Kin(string id, int distance, string? name = null, string origin = "committed") =>
        new(id, name, name is not null, distance, false, origin, null, null, true, ALog.Noon, "unix:root");

    internal static ImageLayerView Layer(int number, long wasted = 0) =>
        new(number, "sha256:" + new string('d', 64), "", "", 1000, 2000, null, $"step {number}", null, number, 0, 0, wasted);

    private static IEnumerable<(string, string, int[])> Stack(ImageLineageView lineage, int layers, params (string Id, int Count)[] counts) =>
        LayerStacking.Of(lineage, new ImageLayersView("x", [.. Enumerable.Range(1, layers).Select(n => Layer(n))], 0), counts.ToDictionary(c => c.Id, c => c.Count))
            .Select(p => (p.Kind, p.ImageId, p.Layers.Select(l => l.Number).ToArray()));

    [Fact]
    public void Each_layer_stands_with_the_image_that_brought_it()
    {
        // Nearest first, as the log gives them.
        var lineage = new ImageLineageView(Kin("x", 0), [Kin("b", 1), Kin("empty", 2), Kin("base", 3)], [], []);
        Stack(lineage, 5, ("base", 2), ("empty", 2), ("b", 4)).ShouldBe(
            [("this image", "x", [5]), ("parent image", "b", [4, 3]), ("parent image", "empty", []), ("base image", "base", [2, 1])], new SameParts());
    }

    [Fact]
    public void An_image_of_nothing_else_is_its_own_base() =>
        Stack(new ImageLineageView(Kin("x", 0), [], [], []), 2).ShouldBe([("base image", "x", [2, 1])], new SameParts());

    [Fact]
    public void An_ancestor_of_which_nothing_is_known_takes_no_layer() =>
        Stack(new ImageLineageView(Kin("x", 0), [Kin("gone", 1)], [], []), 2).ShouldBe([("this image", "x", [2, 1]), ("base image", "gone", [])], new SameParts());

    private sealed class SameParts : IEqualityComparer<(string, string, int[])>
    {
        public bool Equals((string, string, int[]) a, (string, string, int[]) b) => a.Item1 == b.Item1 && a.Item2 == b.Item2 && a.Item3.SequenceEqual(b.Item3);

        public int GetHashCode((string, string, int[]) part) => part.Item2.GetHashCode(StringComparison.Ordinal);
    }
}
