namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/attach</summary>
public sealed class Attaching : Conversation
{
    [Fact]
    public async Task Before_the_start_gets_every_byte()
    {
        var id = await CreateAsync("sh", "-c", "echo out; echo err >&2; seq 1000");
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?stdout=1&stderr=1&stream=1");
        client.Head.ShouldStartWith("HTTP/1.1 101 UPGRADED\r\n");
        client.Head.ShouldContain("Content-Type: application/vnd.docker.raw-stream\r\n");
        client.Head.ShouldContain("Connection: Upgrade\r\n");
        client.Head.ShouldContain("Upgrade: tcp\r\n");
        await StartAsync(id);
        var frames = await client.FramesToEndAsync();
        Frame.Of(frames, 2).ShouldBe("err\n");
        Frame.Of(frames, 1).ShouldBe("out\n" + string.Concat(Enumerable.Range(1, 1000).Select(i => $"{i}\n")));
    }

    [Fact]
    public async Task Without_an_upgrade_is_answered_by_200()
    {
        var id = await CreateAsync("echo", "hello");
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?stdout=1&stream=1", upgrade: false);
        client.Head.ShouldBe("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
        await StartAsync(id);
        (await client.FramesToEndAsync()).ShouldBe([new Frame(1, "hello\n")]);
    }

    [Fact]
    public async Task Passes_input_on_and_its_end()
    {
        var id = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["wc", "-c"], OpenStdin = true, StdinOnce = true });
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?stdin=1&stdout=1&stream=1");
        await StartAsync(id);
        await client.SendAsync(new string('x', 100_000));
        client.EndInput();
        Frame.Of(await client.FramesToEndAsync(), 1).Trim().ShouldBe("100000");
    }

    [Fact]
    public async Task To_a_terminal_is_raw_and_left_by_the_detach_keys()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["cat"], Tty = true, OpenStdin = true });
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?stdin=1&stdout=1&stream=1");
        await client.SendAsync("hello\n");
        await client.ReadUntilAsync("hello\r\nhello\r\n");
        await client.SendAsync("\u0010\u0011");
        await client.ReadToEndAsync();
        (await StateAsync(id)).Is("Running").ShouldBeTrue();
    }

    [Fact]
    public async Task With_logs_begins_with_what_was_said_before()
    {
        var id = await RunPoliteAsync();
        using var client = await Hijacked.PostAsync($"/containers/{id}/attach?logs=1&stdout=1");
        (await client.FramesToEndAsync()).ShouldBe([new Frame(1, "ready\n")]);
    }

    [Fact]
    public async Task To_a_paused_one_is_refused()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/attach?stdout=1&stream=1")).Refuses(
            409, $"container {id} is paused, unpause the container before attach");
    }

    [Fact]
    public async Task Refuses_keys_that_are_none()
    {
        var id = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["cat"], Tty = true, OpenStdin = true });
        (await DockerEngine.PostAsync($"/containers/{id}/attach?stdin=1&stdout=1&stream=1&detachKeys=ctrl-11")).RefusesWith(400, "Invalid detach keys");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/attach?stdout=1&stream=1")).Refuses(404, "No such container: nosuch");
}
