using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: ADD of URLs.</summary>
public sealed class FetchingFiles : BuildConversation
{
    [Fact]
    public async Task Only_its_owner_may_read_what_is_fetched()
    {
        using var server = FileServer.Start();
        var url = server.Add("path/name.txt", "N", ("Last-Modified", "Thu, 02 Jan 2020 03:04:05 GMT"));
        var image = (await BuildAsync($"FROM busybox\nADD {url}?query=1 /folder/\nADD {url} /other\nADD --chown=5:6 {url} /\nRUN stat -c %Y /other > /time\n")).Image;
        (await FilesAsync(image)).ShouldBe(
            ["/folder/ 755", "/folder/name.txt 600: N", "/name.txt 600 5:6: N", "/other 600: N", "/time 644: 1577934245|"]);
    }

    [Fact]
    public async Task An_archive_is_not_unpacked()
    {
        using var server = FileServer.Start();
        var url = server.Add("a.tar", Tar(File("x", new string('X', 6000))));
        var files = await FilesAsync((await BuildAsync($"FROM busybox\nADD {url} /to/\n")).Image);
        files.Length.ShouldBe(2);
        files[1].ShouldMatch("^/to/a.tar 600: [0-9]+ bytes$");
    }

    [Fact]
    public async Task A_name_is_taken_from_the_answer_where_the_url_has_none()
    {
        using var server = FileServer.Start();
        var url = server.Add("folder/", "N", ("Content-Disposition", "attachment; filename=\"named.txt\""));
        (await FilesAsync((await BuildAsync($"FROM busybox\nADD {url} /to/\n")).Image)).ShouldBe(["/to/ 755", "/to/named.txt 600: N"]);
        var unnamed = server.Add("none/", "U");
        (await BuildAsync($"FROM busybox\nADD {unnamed} /to/\n")).FailedWith($"ADD failed: cannot determine filename for source {unnamed}");
        (await FilesAsync((await BuildAsync($"FROM busybox\nADD {unnamed} /to\n")).Image)).ShouldBe(["/to 600: U"]);
    }

    [Fact]
    public async Task It_may_be_elsewhere()
    {
        using var server = FileServer.Start();
        var url = server.Add("moved", "", ("Location", server.Add("real", "R")));
        (await FilesAsync((await BuildAsync($"FROM busybox\nARG url=none\nADD $url /to/\n", query: Query("buildargs", new { url }))).Image))
            .ShouldBe(["/to/ 755", "/to/moved 600: R"]);
    }

    [Fact]
    public async Task What_is_not_there_ends_the_build()
    {
        using var server = FileServer.Start();
        var url = server.Add("there", "") + "not";
        (await BuildAsync($"FROM busybox\nADD {url} /x\n")).FailedWith($"ADD failed: failed to GET {url} with status 404 Not Found");
        (await BuildAsync("FROM busybox\nADD http://127.0.0.1:1/x /x\n")).FailedWith("connection refused");
    }

    [Fact]
    public async Task It_is_fetched_again_and_cached_by_its_content()
    {
        using var server = FileServer.Start();
        var url = server.Add("f", "1");
        var dockerfile = $"FROM busybox\nADD {url} /f\nLABEL {NewName()}=1\n";
        (await BuildAsync(dockerfile)).Succeeded().Cached.ShouldBe([false, false, false]);
        (await BuildAsync(dockerfile)).Succeeded().Cached.ShouldBe([false, true, true]);
        server.Add("f", "2");
        (await BuildAsync(dockerfile)).Succeeded().Cached.ShouldBe([false, false, false]);
        server.Asked.Count.ShouldBe(3);
    }
}
