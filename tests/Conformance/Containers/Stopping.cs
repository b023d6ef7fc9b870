namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/stop</summary>
public sealed class Stopping : Conversation
{
    [Fact]
    public async Task Asks_the_program_to_end_and_waits_for_it()
    {
        var id = await RunPoliteAsync();
        (await DockerEngine.PostAsync($"/containers/{id}/stop")).With(204).Body.ShouldBeEmpty();
        var state = await StateAsync(id);
        state.Text("Status").ShouldBe("exited");
        state.Number("ExitCode").ShouldBe(7);
        state.Number("Pid").ShouldBe(0);
    }

    [Fact]
    public async Task Kills_what_does_not_listen_in_time()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/stop?t=1")).With(204);
        (await StateAsync(id)).Number("ExitCode").ShouldBe(137);
    }

    [Fact]
    public async Task Sends_the_signal_that_the_container_wants()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sh", "-c", "trap 'exit 9' USR1; echo ready; while :; do sleep 1000 & wait $!; done"],
            StopSignal = "SIGUSR1",
        });
        await SaidAsync(id, "ready");
        (await DockerEngine.PostAsync($"/containers/{id}/stop")).With(204);
        (await StateAsync(id)).Number("ExitCode").ShouldBe(9);
    }

    [Fact]
    public async Task Of_what_does_not_run_is_no_change()
    {
        (await DockerEngine.PostAsync($"/containers/{await RunToEndAsync("true")}/stop")).With(304).Body.ShouldBeEmpty();
        (await DockerEngine.PostAsync($"/containers/{await CreateAsync("true")}/stop")).With(304);
    }

    [Fact]
    public async Task Of_a_paused_one_ends_it()
    {
        var id = await RunPoliteAsync();
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/stop?t=30")).With(204);
        (await StateAsync(id)).Text("Status").ShouldBe("exited");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/stop")).Refuses(404, "No such container: nosuch");

    [Fact]
    public async Task Of_one_that_removes_itself_removes_it()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = Polite, HostConfig = new { AutoRemove = true } });
        await SaidAsync(id, "ready");
        (await DockerEngine.PostAsync($"/containers/{id}/stop")).With(204);
        await EventuallyAsync(async () => (await DockerEngine.GetAsync($"/containers/{id}/json")).Status == 404);
    }
}
