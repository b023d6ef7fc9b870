using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: which steps are taken from an earlier build.</summary>
public sealed class CachingSteps : BuildConversation
{
    private static readonly ContextEntry[] Context = [File("a", "A"), File("d/x", "X"), File("d/y", "Y", "600")];

    // A first step of its own, so that no other test's build is taken for it.
    private readonly string _base = $"FROM busybox\nLABEL {NewName()}=1\n";

    [Fact]
    public async Task The_same_again_is_all_taken()
    {
        var dockerfile = _base + "ENV e=1\nCOPY a /a\nRUN echo 1 > /made\nWORKDIR /w\nADD d /d\nEXPOSE 80\nVOLUME /v\nUSER 5\nCMD [\"x\"]\n";
        var first = await BuildAsync(dockerfile, Context);
        var second = await BuildAsync(dockerfile, Context);
        first.Succeeded().Cached.ShouldAllBe(c => !c);
        second.Succeeded().Cached.ShouldBe([false, .. Enumerable.Repeat(true, 10)]);
        second.Image.ShouldBe(first.Image);
        second.Containers.ShouldBeEmpty();
    }

    [Fact]
    public Task A_changed_content_is_missed_from_there_on() => MissesAsync(
        "ENV e=1\nCOPY d /d\nRUN true\n", Context, [.. Context[..2], File("d/y", "changed", "600")], [true, true, false, false]);

    [Fact]
    public Task A_change_in_what_is_not_copied_is_not() => MissesAsync("COPY d /d\nRUN true\n", Context, [File("a", "changed"), .. Context[1..]], [true, true, true]);

    [Fact]
    public Task A_changed_time_is_not() => MissesAsync(
        "COPY d /d\nCOPY a /a\n", Context, [.. Context.Select(c => c with { Modified = c.Modified.AddDays(1) })], [true, true, true]);

    [Fact]
    public Task A_changed_owner_in_the_context_is_missed() => MissesAsync(
        "COPY d /d\nCOPY a /a\n", Context, [.. Context.Select(c => c with { Owner = (5, 6) })], [true, false, false]);

    [Fact]
    public Task A_changed_mode_is_missed() => MissesAsync("COPY a /a\n", Context, [File("a", "A", "755"), .. Context[1..]], [true, false]);

    [Fact]
    public Task A_changed_mode_in_a_folder_is_missed() => MissesAsync("COPY d /d\n", Context, [.. Context[..2], File("d/y", "Y", "640")], [true, false]);

    [Fact]
    public Task A_changed_link_is_missed() => MissesAsync("COPY d /d\n", [.. Context, Link("d/l", "x")], [.. Context, Link("d/l", "y")], [true, false]);

    [Fact]
    public Task A_new_file_is_missed() => MissesAsync("COPY d /d\n", Context, [.. Context, File("d/z", "Z")], [true, false]);

    [Fact]
    public Task A_file_of_another_name_in_a_folder_is_missed() => MissesAsync("COPY d /d\n", Context, [.. Context[..2], File("d/z", "Y", "600")], [true, false]);

    [Fact]
    public Task A_new_order_of_the_archive_is_not() => MissesAsync("COPY d /d\nCOPY . /all\n", Context, [.. Context.Reverse()], [true, true, true]);

    [Fact]
    public async Task A_changed_step_is_missed_and_all_after_it()
    {
        await BuildAsync(_base + "ENV e=1\nRUN true\nUSER 5\n");
        (await BuildAsync(_base + "ENV e=2\nRUN true\nUSER 5\n")).Cached.ShouldBe([false, true, false, false, false]);
        (await BuildAsync(_base + "ENV e=1\nRUN true \nUSER 6\n")).Cached.ShouldBe([false, true, true, true, false]);
        (await BuildAsync(_base + "ENV e=1\nRUN  true\nUSER 5\n")).Cached[..3].ShouldBe([false, true, true]);
        (await BuildAsync(_base + "RUN true\nENV e=1\n")).Cached.ShouldBe([false, true, false, false]);
    }

    [Fact]
    public async Task A_changed_destination_or_owner_is_missed()
    {
        await BuildAsync(_base + "COPY a /a\n", Context);
        (await BuildAsync(_base + "COPY a /b\n", Context)).Cached.ShouldBe([false, true, false]);
        (await BuildAsync(_base + "COPY --chown=5 a /a\n", Context)).Cached.ShouldBe([false, true, false]);
        (await BuildAsync(_base + "ADD a /a\n", Context)).Cached.ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task The_same_content_from_another_path()
    {
        ContextEntry[] context = [File("one/f", "F"), File("two/f", "F"), File("g", "F")];
        await BuildAsync(_base + "COPY one/f /f\n", context);
        (await BuildAsync(_base + "COPY two/f /f\n", context)).Cached.ShouldBe([false, true, false]);
        (await BuildAsync(_base + "COPY g /f\n", context)).Cached.ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task An_argument_is_missed_by_the_command_after_it()
    {
        var dockerfile = _base + "ARG a=1\nENV e=1\nRUN true\nUSER 5\n";
        await BuildAsync(dockerfile);
        (await BuildAsync(dockerfile)).Cached.ShouldBe([false, true, true, true, true, true]);
        (await BuildAsync(dockerfile, query: Query("buildargs", new { a = "2" }))).Cached.ShouldBe([false, true, true, true, false, false]);
        (await BuildAsync(dockerfile, query: Query("buildargs", new { a = "2" }))).Cached.ShouldBe([false, true, true, true, true, true]);
        (await BuildAsync(dockerfile.Replace("a=1", "a=3", StringComparison.Ordinal))).Cached.ShouldBe([false, true, false, false, false, false]);
    }

    [Fact]
    public async Task An_argument_is_missed_by_a_setting_that_uses_it()
    {
        var dockerfile = _base + "ARG a=1\nLABEL uses=$a\nUSER 5\n";
        await BuildAsync(dockerfile);
        (await BuildAsync(dockerfile, query: Query("buildargs", new { a = "2" }))).Cached.ShouldBe([false, true, true, false, false]);
    }

    [Fact]
    public async Task Another_value_of_an_argument_that_every_build_has_is_missed_where_it_is_asked_for()
    {
        var (x, y) = (Query("buildargs", new { HTTPS_PROXY = "x" }), Query("buildargs", new { HTTPS_PROXY = "y" }));
        await BuildAsync(_base + "RUN true\n", query: x);
        (await BuildAsync(_base + "RUN true\n", query: y)).Cached.ShouldBe([false, true, true]);
        await BuildAsync(_base + "ARG HTTPS_PROXY\nRUN true\n", query: x);
        (await BuildAsync(_base + "ARG HTTPS_PROXY\nRUN true\n", query: y)).Cached.ShouldBe([false, true, true, false]);
    }

    [Fact]
    public async Task On_request_nothing_is_taken()
    {
        var dockerfile = _base + "ENV e=1\nRUN true\n";
        await BuildAsync(dockerfile);
        (await BuildAsync(dockerfile, query: "nocache=1")).Cached.ShouldAllBe(c => !c);
    }

    [Fact]
    public async Task Stages_are_taken_each_for_itself()
    {
        string Dockerfile(string label) =>
            $"{_base.Replace("busybox", "busybox AS one", StringComparison.Ordinal)}COPY a /a\nFROM busybox\nLABEL x={label}\nCOPY --from=one /a /b\n";
        await BuildAsync(Dockerfile("1"), Context);
        (await BuildAsync(Dockerfile("1"), Context)).Cached.ShouldBe([false, true, true, false, true, true]);
        (await BuildAsync(Dockerfile("2"), Context)).Cached.ShouldBe([false, true, true, false, false, false]);
        (await BuildAsync(Dockerfile("2"), [File("a", "changed")])).Cached.ShouldBe([false, true, false, false, true, false]);
    }

    [Fact]
    public async Task A_command_that_failed_is_tried_again()
    {
        (await BuildAsync(_base + "ENV e=1\nRUN exit 1\n")).FailedWith("non-zero code: 1");
        var again = await BuildAsync(_base + "ENV e=1\nRUN exit 1\n");
        again.FailedWith("non-zero code: 1");
        again.Cached.ShouldBe([false, true, true, false]);
    }

    [Fact]
    public async Task What_was_removed_is_made_again()
    {
        var name = NewName();
        var first = await BuildAsync(_base + "ENV e=1\n", query: $"t={name}");
        (await DockerEngine.DeleteAsync($"/images/{name}")).With(200);
        (await BuildAsync(_base + "ENV e=1\n")).Cached.ShouldBe([false, false, false]);
        first.Succeeded();
    }

    [Fact]
    public async Task Only_what_the_images_to_take_from_are_made_of_is_taken_on_request()
    {
        var name = NewName();
        await BuildAsync(_base + "ENV e=1\nRUN true\n", query: $"t={name}");
        (await BuildAsync(_base + "ENV e=1\nRUN true\nUSER 5\n", query: Query("cachefrom", new[] { name }))).Cached.ShouldBe([false, true, true, true, false]);
        (await BuildAsync(_base + "ENV e=1\nRUN true\n", query: Query("cachefrom", new[] { "nosuch" + name }))).Succeeded();
    }

    // The steps of _base and these, twice.
    private async Task MissesAsync(string steps, ContextEntry[] first, ContextEntry[] second, bool[] cached)
    {
        (await BuildAsync(_base + steps, first)).Succeeded();
        (await BuildAsync(_base + steps, second)).Succeeded().Cached.ShouldBe([false, .. cached]);
    }
}
