using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: ONBUILD of the image that it begins with.</summary>
public sealed class Triggering : BuildConversation
{
    [Fact]
    public async Task Triggers_run_first_and_once()
    {
        var name = NewName();
        (await BuildAsync(
            "FROM busybox\nONBUILD ARG who=nobody\nONBUILD COPY f /app/\nONBUILD RUN echo $who > /app/who\nONBUILD ENV set=$who\nRUN echo base > /base\n", query: $"t={name}"))
            .Succeeded();

        var output = (await BuildAsync($"FROM {name}\nCOPY --chown=5 f /own\n", [File("f", "F")], Query("buildargs", new { who = "ann" }))).Succeeded();

        output.Said.ShouldContain("# Executing 4 build triggers");
        output.Said.Where(l => l.StartsWith("Step", StringComparison.Ordinal)).ShouldBe([$"Step 1/2 : FROM {name}", "Step 2/2 : COPY --chown=5 f /own"]);
        (await FilesAsync(output.Image)).ShouldBe(["/app/ 755", "/app/f 644: F", "/app/who 644: ann|", "/base 644: base|", "/own 644 5:5: F"]);
        var config = (await ImageAsync(output.Image)).At("Config");
        config.Texts("Env").ShouldContain("set=ann");
        config.Texts("OnBuild").ShouldBeEmpty();
        (await HistoryAsync(output.Image))[1].Text("CreatedBy").ShouldBe("/bin/sh -c #(nop)  ENV set=ann");

        var next = (await BuildAsync($"FROM {output.Image}\nLABEL next=1\n")).Succeeded();
        next.Text.ShouldNotContain("build trigger");
    }

    [Fact]
    public async Task One_trigger_is_told_as_one()
    {
        var name = NewName();
        (await BuildAsync("FROM busybox\nONBUILD LABEL triggered=yes\n", query: $"t={name}")).Succeeded();
        var output = (await BuildAsync($"FROM {name}\n")).Succeeded();
        output.Said.ShouldContain("# Executing 1 build trigger");
        (await ImageAsync(output.Image)).Text("Config", "Labels", "triggered").ShouldBe("yes");
    }

    [Fact]
    public async Task A_stage_has_triggers_for_the_next()
    {
        var output = (await BuildAsync("FROM busybox AS base\nONBUILD LABEL triggered=yes\nFROM base\nLABEL a=b\n")).Succeeded();
        output.Said.ShouldContain("# Executing 1 build trigger");
        (await ImageAsync(output.Image)).Text("Config", "Labels", "triggered").ShouldBe("yes");
    }

    [Fact]
    public async Task A_trigger_that_fails_ends_the_build()
    {
        var name = NewName();
        (await BuildAsync("FROM busybox\nONBUILD COPY needed /x\n", query: $"t={name}")).Succeeded();
        (await BuildAsync($"FROM {name}\n")).FailedWith("COPY failed: file not found in build context or excluded by .dockerignore: stat needed: file does not exist");
    }
}
