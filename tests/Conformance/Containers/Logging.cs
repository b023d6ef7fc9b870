using System.Globalization;

namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/logs</summary>
public sealed class Logging : Conversation
{
    [Fact]
    public async Task Keeps_the_two_streams_apart()
    {
        var id = await RunToEndAsync("sh", "-c", "echo out; echo err >&2");
        (await LogAsync(id, "stdout=1")).ShouldBe([new Frame(1, "out\n")]);
        (await LogAsync(id, "stderr=1")).ShouldBe([new Frame(2, "err\n")]);
        (await LogAsync(id, "stdout=1&stderr=1")).ShouldBe([new Frame(1, "out\n"), new Frame(2, "err\n")], ignoreOrder: true);
    }

    [Theory]
    [InlineData("0", "")]
    [InlineData("2", "4\n5\n")]
    [InlineData("9", "1\n2\n3\n4\n5\n")]
    [InlineData("all", "1\n2\n3\n4\n5\n")]
    [InlineData("x", "1\n2\n3\n4\n5\n")]
    [InlineData("-1", "1\n2\n3\n4\n5\n")]
    public async Task Gives_the_last_lines(string tail, string text)
    {
        var id = await RunToEndAsync("seq", "5");
        Frame.Of(await LogAsync(id, "stdout=1&tail=" + tail), 1).ShouldBe(text);
    }

    [Fact]
    public async Task With_timestamps_and_between_times()
    {
        var id = await RunToEndAsync("sh", "-c", "echo one; sleep 1.1; echo two");
        var lines = Frame.Of(await LogAsync(id, "stdout=1&timestamps=1"), 1).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines.ShouldAllBe(l => System.Text.RegularExpressions.Regex.IsMatch(l, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (one|two)$"));
        var second = DateTimeOffset.Parse(lines[1].Split(' ')[0], CultureInfo.InvariantCulture);
        var between = ((second.ToUnixTimeMilliseconds() - 500) / 1000m).ToString("0.000000000", CultureInfo.InvariantCulture);
        Frame.Of(await LogAsync(id, "stdout=1&since=" + between), 1).ShouldBe("two\n");
        Frame.Of(await LogAsync(id, "stdout=1&until=" + between), 1).ShouldBe("one\n");
    }

    [Fact]
    public async Task Follows_it_to_the_end()
    {
        var id = await RunAsync("sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.3; done");
        Frame.Of(await LogAsync(id, "stdout=1&follow=1"), 1).ShouldBe("1\n2\n3\n");
    }

    [Fact]
    public async Task Of_a_line_without_an_end_gives_what_there_is()
    {
        var id = await RunToEndAsync("printf", "no newline");
        Frame.Of(await LogAsync(id, "stdout=1"), 1).ShouldBe("no newline");
    }

    [Fact]
    public async Task Of_a_long_line_gives_one_line()
    {
        var id = await RunToEndAsync("sh", "-c", "head -c 40000 /dev/zero | tr '\\000' x; echo; echo end");
        Frame.Of(await LogAsync(id, "stdout=1"), 1).ShouldBe(new string('x', 40000) + "\nend\n");
        Frame.Of(await LogAsync(id, "stdout=1&tail=1"), 1).ShouldBe("end\n");
    }

    [Fact]
    public async Task Of_a_terminal_are_raw()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["echo", "hello"], Tty = true });
        await EndedAsync(id);
        (await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).With(200).Text.ShouldBe("hello\r\n");
    }

    [Fact]
    public async Task Of_what_never_ran_are_empty() => (await LogAsync(await CreateAsync("true"), "stdout=1&stderr=1")).ShouldBeEmpty();

    [Fact]
    public async Task Without_details_to_tell_have_a_blank_in_front()
    {
        var id = await RunToEndAsync("echo", "said");
        Frame.Of(await LogAsync(id, "stdout=1&details=1"), 1).ShouldBe(" said\n");
    }

    [Fact]
    public async Task With_details_have_the_wanted_labels_in_front()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["echo", "said"],
            Labels = new { team = "a", other = "b" },
            Env = (string[])["WHERE=here"],
            HostConfig = new { LogConfig = new { Type = "json-file", Config = new { labels = "team", env = "WHERE" } } },
        });
        await EndedAsync(id);
        Frame.Of(await LogAsync(id, "stdout=1&details=1"), 1).ShouldBe("WHERE=here,team=a said\n");
        Frame.Of(await LogAsync(id, "stdout=1"), 1).ShouldBe("said\n");
    }

    [Fact]
    public async Task With_details_have_the_tag_in_front()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["echo", "said"],
            HostConfig = new { LogConfig = new { Type = "json-file", Config = new { tag = "{{.ID}}/{{.ImageName}}" } } },
        });
        await EndedAsync(id);
        Frame.Of(await LogAsync(id, "stdout=1&details=1"), 1)
            .ShouldBe($"tag={id[..12]}%2F{Uri.EscapeDataString(DockerEngine.Image)} said\n");
    }

    [Fact]
    public async Task Of_the_local_driver_are_kept_and_read()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["seq", "3"], HostConfig = new { LogConfig = new { Type = "local" } } });
        await EndedAsync(id);
        Frame.Of(await LogAsync(id, "stdout=1&tail=2"), 1).ShouldBe("2\n3\n");
    }

    [Theory]
    [InlineData("json-file")]
    [InlineData("local")]
    public async Task In_several_files_read_as_one_and_end_with_the_last_line(string type)
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sh", "-c", "for i in 0 1 2 3 4 5; do seq $((i*500+1)) $((i*500+500)); sleep 0.3; done"],
            HostConfig = new { LogConfig = new { Type = type, Config = new Dictionary<string, string> { ["max-size"] = "10k", ["max-file"] = "3" } } },
        });
        // dockerd 20.10 now and then leaves whoever follows behind where a file ends.
        if (!DockerEngine.IsDockerd)
            Frame.Of(await LogAsync(id, "stdout=1&follow=1"), 1).ShouldEndWith("2999\n3000\n");
        await EndedAsync(id);
        var kept = Frame.Of(await LogAsync(id, "stdout=1"), 1).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // How many lines there are in three files depends on when each was seen to be full.
        kept.Length.ShouldBeInRange(100, 3000);
        kept.ShouldBe(Enumerable.Range(3001 - kept.Length, kept.Length).Select(n => $"{n}"));
        Frame.Of(await LogAsync(id, "stdout=1&tail=5"), 1).ShouldBe("2996\n2997\n2998\n2999\n3000\n");
    }

    [Fact]
    public async Task Of_a_driver_that_is_none_are_refused()
    {
        (await DockerEngine.PostAsync("/containers/create", new { DockerEngine.Image, HostConfig = new { LogConfig = new { Type = "nosuch" } } }))
            .Refuses(400, "error looking up logging plugin nosuch: plugin \"nosuch\" not found");
        (await DockerEngine.PostAsync(
                "/containers/create", new { DockerEngine.Image, HostConfig = new { LogConfig = new { Type = "json-file", Config = new { colour = "red" } } } }))
            .Refuses(400, "unknown log opt 'colour' for json-file log driver");
    }

    [Fact]
    public async Task Of_a_driver_that_keeps_none_are_refused()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["true"], HostConfig = new { LogConfig = new { Type = "none" } } });
        await EndedAsync(id);
        (await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).Refuses(501, "configured logging driver does not support reading");
    }

    [Fact]
    public async Task Need_a_stream()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.GetAsync($"/containers/{id}/logs")).Refuses(400, "Bad parameters: you must choose at least one stream");
    }

    [Fact]
    public async Task Refuse_one_that_is_not_there() =>
        (await DockerEngine.GetAsync("/containers/nosuch/logs?stdout=1")).Refuses(404, "No such container: nosuch");

    private static async Task<Frame[]> LogAsync(string id, string query) =>
        Frame.Read((await DockerEngine.GetAsync($"/containers/{id}/logs?{query}")).With(200).Body);
}
