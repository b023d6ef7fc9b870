using CsCheck;
using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class FindingStages
{
    private static readonly Dictionary<string, string> Nothing = [];

    private static readonly Dockerfile File = Parse(
        """
        ARG BASE=Tools
        ARG TAG=${VERSION:-1}
        FROM busybox AS tools
        FROM alpine AS unused
        FROM $BASE AS build
        ONBUILD COPY --from=unused a b
        FROM busybox
        COPY --from=build a b
        RUN --mount=from=tools,target=/t --mount=type=cache,from=busybox,target=/c true
        FROM 0
        FROM build
        """);

    [Theory]
    [InlineData("build", 6, 2)]
    [InlineData("BUILD", 6, 2)]
    [InlineData("build", 2, null)]
    [InlineData("3", 6, 3)]
    [InlineData("3", 3, null)]
    [InlineData("6", 6, null)]
    [InlineData("-1", 6, null)]
    [InlineData("99999999999", 6, null)]
    [InlineData("busybox", 6, null)]
    public void A_name_or_a_number_means_a_stage_above(string name, int below, int? stage) => File.StageOf(name, below).ShouldBe(stage);

    [Fact]
    public void Of_two_stages_with_one_name_the_nearer_is_meant()
    {
        var file = Parse("FROM a AS x\nFROM b AS X\nFROM x\n");
        file.StageOf("x", 3).ShouldBe(1);
        file.StageOf("x", 1).ShouldBe(0);
        file.Warnings.ShouldBe(["Duplicate stage name \"x\", stage names should be unique"]);
    }

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(2, new[] { 0, 2 })]
    [InlineData(3, new[] { 0, 2, 3 })]
    [InlineData(4, new[] { 4 })]
    [InlineData(5, new[] { 0, 1, 2, 5 })]
    public void A_target_needs_what_it_stands_on_and_no_other_stage(int target, int[] needed) => File.NeededFor(target, Nothing).ShouldBe(needed);

    [Fact]
    public void Arguments_choose_the_base()
    {
        File.NeededFor(2, new Dictionary<string, string> { ["BASE"] = "alpine:3" }).ShouldBe([2]);
        Base("ARG A=x\nARG B=$A-${C:-y}\nFROM $B", []).ShouldBe("x-y");
        Base("ARG A=x\nARG B=$A-${C:-y}\nFROM $B", new() { ["A"] = "z", ["C"] = "unseen" }).ShouldBe("z-y");
        Base("ARG A\nFROM r/${A:-d}@${TARGETARCH}", new() { ["TARGETARCH"] = "amd64" }).ShouldBe("r/d@amd64");
    }

    [Theory]
    [InlineData("FROM $NONE", "dockerfile parse error on line 1: base name ($NONE) should not be blank")]
    [InlineData("FROM ${A", "dockerfile parse error on line 1: failed to process \"${A\": syntax error: missing '}'")]
    [InlineData("ARG A=${B:?say which}\nFROM $A", "dockerfile parse error on line 1: failed to process \"${B:?say\": syntax error: missing '}'")]
    [InlineData("ARG A=\"${B:?say which}\"\nFROM $A", "dockerfile parse error on line 1: failed to process \"\\\"${B:?say which}\\\"\": B: say which")]
    public void A_base_without_a_name_is_refused(string text, string message)
    {
        Parse(text).TryBaseOf(0, Nothing, out _, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(new Refusal(RefusalKind.Invalid, message));
    }

    [Fact]
    public void A_base_is_a_stage_by_its_name_only()
    {
        File.BaseStage("Build", 5).ShouldBe(2);
        File.BaseStage("0", 5).ShouldBeNull();
        Parse("FROM a AS scratch\nFROM scratch").BaseStage("scratch", 1).ShouldBeNull();
    }

    [Fact]
    public void What_is_needed_is_closed_and_nothing_more() => Gen.Int[-1, 5].Array[2, 7].Sample(bases =>
    {
        // Each stage stands on one above it, or on an image.
        var below = bases.Select((b, i) => b < i ? b : -1).ToArray();
        var file = Parse(string.Join('\n', below.Select((b, i) =>
            b < 0 ? $"FROM a AS s{i}" : b % 2 == 0 ? $"FROM s{b} AS s{i}" : $"FROM a AS s{i}\nCOPY --from={b} x y")));
        for (var target = 0; target < below.Length; target++)
        {
            var expected = new SortedSet<int>();
            for (var at = target; at >= 0; at = below[at])
                expected.Add(at);
            file.NeededFor(target, Nothing).ShouldBe(expected);
        }
    });

    [Fact]
    public void An_argument_may_have_a_default()
    {
        var arg = Parse("FROM a\nARG A B= C=\"x y\" D=$A").Stages[0].Instructions[0];
        BuildArguments.Of(arg, '\\').ShouldBe([new("A", null), new("B", ""), new("C", "\"x y\""), new("D", "$A")]);
    }

    private static string Base(string text, Dictionary<string, string> args)
    {
        Parse(text).TryBaseOf(0, args, out var name, out var refusal).ShouldBeTrue(refusal?.Message);
        return name;
    }

    private static Dockerfile Parse(string text)
    {
        Dockerfile.TryParse(text, out var file, out var refusal).ShouldBeTrue(refusal?.Message);
        return file;
    }
}
