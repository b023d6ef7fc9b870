using CsCheck;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public class DescentOfImages
{
    [Fact]
    public void What_the_log_says_goes_before_what_layers_say()
    {
        var tree = new FamilyTree([new("base", null, ["a"]), new("told", null, ["x"]), new("child", "told", ["a", "b"])]);

        tree.AncestorsOf("child").ShouldBe([new Kin("told", 1, Inferred: false)]);
        tree.IsInferred("child").ShouldBeFalse();
    }

    [Fact]
    public void Without_an_event_the_image_with_the_most_of_the_layers_is_the_parent()
    {
        var tree = new FamilyTree([new("base", null, ["a"]), new("middle", null, ["a", "b"]), new("other", null, ["c"]), new("app", null, ["a", "b", "d", "e"])]);

        tree.AncestorsOf("app").ShouldBe([new Kin("middle", 1, Inferred: true), new Kin("base", 2, Inferred: false)]);
        tree.DescendantsOf("base").ShouldBe([new Kin("middle", 1, Inferred: true), new Kin("app", 2, Inferred: true)]);
        tree.DescendantsOf("other").ShouldBeEmpty();
    }

    [Fact]
    public void The_same_layers_make_nobody_a_parent()
    {
        var tree = new FamilyTree([new("first", null, ["a"]), new("copy", null, ["a"]), new("app", null, ["a", "b"])]);

        tree.AncestorsOf("copy").ShouldBeEmpty();
        tree.AncestorsOf("app").ShouldBe([new Kin("first", 1, Inferred: false)]);
    }

    [Fact]
    public void A_parent_that_nobody_knows_leaves_the_layers_to_tell()
    {
        var tree = new FamilyTree([new("base", null, ["a"]), new("child", "never seen", ["a", "b"])]);

        tree.AncestorsOf("child").ShouldBe([new Kin("base", 1, Inferred: false)]);
        tree.IsInferred("child").ShouldBeTrue();
    }

    [Fact]
    public void Each_descendant_comes_after_its_parent_and_before_the_next_line()
    {
        var tree = new FamilyTree([new("base", null, []), new("b", "base", []), new("c", "base", []), new("b1", "b", []), new("b2", "b", []), new("c1", "c", [])]);

        tree.DescendantsOf("base").Select(k => (k.Id, k.Distance)).ShouldBe([("b", 1), ("b1", 2), ("b2", 2), ("c", 1), ("c1", 2)]);
    }

    // Parents of any kind, also circles, which no log should have; layers from a small alphabet, so that many are shared.
    private static readonly Gen<Relative[]> AnyImages =
        Gen.Select(Gen.Int[0, 12], Gen.Char['a', 'c'].Array[0, 5]).Array[0, 10].Select(drawn => drawn.Select((d, i) => new Relative(
            "i" + i, d.Item1 == 12 ? null : "i" + d.Item1, [.. d.Item2.Select((_, n) => new string(d.Item2[..(n + 1)]))])).ToArray());

    [Fact]
    public void Any_log_gives_lines_that_end_and_that_agree_both_ways() => AnyImages.Sample(images =>
    {
        var tree = new FamilyTree(images);
        foreach (var image in images)
        {
            var ancestors = tree.AncestorsOf(image.Id);
            ancestors.Select(k => k.Id).ShouldBeUnique();
            ancestors.Select(k => k.Id).ShouldNotContain(image.Id);
            ancestors.Select(k => k.Distance).ShouldBe(Enumerable.Range(1, ancestors.Count));
            tree.DescendantsOf(image.Id).Select(k => k.Id).Order().ShouldBe(
                images.Select(i => i.Id).Where(i => i != image.Id && tree.AncestorsOf(i).Any(k => k.Id == image.Id)).Order());
        }
    });
}
