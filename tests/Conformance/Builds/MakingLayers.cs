using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: what is in the layer that a step makes, and no more.</summary>
public sealed class MakingLayers : BuildConversation
{
    [Fact]
    public async Task Of_what_is_copied_with_the_folders_on_the_way()
    {
        ContextEntry[] context = [File("f", "F"), File("d/x", "X")];
        (await LayerAsync("COPY f /etc/deep/f", context)).ShouldBe(["/etc/ 755", "/etc/deep/ 755", "/etc/deep/f 644: F"]);
        (await LayerAsync("COPY d /tmp", context)).ShouldBe(["/tmp/ 1777", "/tmp/x 644: X"]);
        (await LayerAsync("WORKDIR /tmp/w", context)).ShouldBe(["/tmp/ 1777", "/tmp/w/ 755"]);
    }

    [Fact]
    public async Task Of_what_a_command_has_changed()
    {
        (await LayerAsync("RUN chmod 600 /etc/group")).ShouldBe(["/etc/ 755", "/etc/group 600: root:x:0:|www-data:x:33:|nogroup:x:65534:|"]);
        (await LayerAsync("RUN mkdir -p /srv/a && ln -s a /srv/b && echo x > /srv/a/f")).ShouldBe(
            ["/srv/ 755", "/srv/a/ 755", "/srv/a/f 644: x|", "/srv/b -> a"]);
    }

    [Fact]
    public async Task Of_what_a_command_has_taken_away() =>
        (await LayerAsync("RUN rm -r /etc/group /var/www")).Select(l => l.Split(' ')[0]).ShouldBe(["/etc/", "/etc/.wh.group", "/var/", "/var/.wh.www"]);

    [Fact]
    public async Task That_are_the_same_where_the_same_is_copied()
    {
        ContextEntry[] context = [File("f", "F")];
        var dockerfile = $"FROM busybox\nLABEL {NewName()}=1\nCOPY f /new/\n";
        var first = await LayersAsync((await BuildAsync(dockerfile, context)).Image);
        first[..^1].ShouldBe(await LayersAsync(DockerEngine.Image));
        (await LayersAsync((await BuildAsync(dockerfile + "USER 5\n", context)).Image)).ShouldBe(first);
    }

    [Fact]
    public async Task That_keep_when_copied_files_were_changed()
    {
        var output = (await BuildAsync("FROM busybox\nCOPY f d /to/\nADD a.tar /to/\nRUN stat -c '%n %Y' /to/f /to/x /to/t\n",
            [File("f", "F"), File("d/x", "X"), File("a.tar", Tar(File("t", "T") with { Modified = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000) }))])).Succeeded();
        output.Text.ShouldContain("/to/f 1577934245\n/to/x 1577934245\n/to/t 1000000000\n");
    }

    private async Task<string[]> LayerAsync(string step, ContextEntry[]? context = null) =>
        await TopLayerAsync((await BuildAsync($"FROM busybox\n{step}\n", context)).Image);
}
