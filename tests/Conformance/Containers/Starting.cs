namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/start</summary>
public sealed class Starting : Conversation
{
    [Fact]
    public async Task Runs_the_program()
    {
        var state = await StateAsync(await RunAsync("sleep", "1000"));
        state.Text("Status").ShouldBe("running");
        state.Is("Running").ShouldBeTrue();
        state.Number("Pid").ShouldBeGreaterThan(1);
        state.Text("FinishedAt").ShouldBe("0001-01-01T00:00:00Z");
        DateTimeOffset.Parse(state.Text("StartedAt"), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Again_is_no_change()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(304).Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_its_end_runs_it_once_more()
    {
        var id = await RunToEndAsync("sh", "-c", "echo run");
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(204);
        (await EndedAsync(id)).ShouldBe(0);
        Frame.Of(Frame.Read((await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).Body), 1).ShouldBe("run\nrun\n");
    }

    [Fact]
    public async Task Refuses_a_paused_one()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).Refuses(409, "cannot start a paused container, try unpause instead");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/start")).Refuses(404, "No such container: nosuch");

    // The docker CLI reads the exit codes 127 and 126 of its own off these words.
    [Theory]
    [InlineData("nosuch", "executable file not found", 127)]
    [InlineData("/nosuch", "no such file or directory", 127)]
    [InlineData("/etc", "permission denied", 126)]
    public async Task Of_a_program_that_cannot_be_run_is_refused_with_the_reason(string program, string words, int exitCode)
    {
        var id = await CreateAsync(program);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).RefusesWith(400, words);
        var state = await StateAsync(id);
        state.Text("Status").ShouldBe("created");
        state.Number("ExitCode").ShouldBe(exitCode);
        state.Text("Error").ShouldContain(words);
        state.Number("Pid").ShouldBe(0);
    }
}
