namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/pause and unpause</summary>
public sealed class Pausing : Conversation
{
    [Fact]
    public async Task Freezes_it_until_it_is_unpaused()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        var state = await StateAsync(id);
        state.Text("Status").ShouldBe("paused");
        state.Is("Paused").ShouldBeTrue();
        state.Is("Running").ShouldBeTrue();
        (await DockerEngine.PostAsync($"/containers/{id}/unpause")).With(204);
        state = await StateAsync(id);
        state.Text("Status").ShouldBe("running");
        state.Is("Paused").ShouldBeFalse();
    }

    [Fact]
    public async Task Twice_is_refused()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).Refuses(409, $"Container {id} is already paused");
    }

    [Fact]
    public async Task Refuses_what_does_not_run()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).Refuses(409, $"Container {id} is not running");
    }

    [Fact]
    public async Task Unpausing_refuses_what_is_not_paused()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/unpause")).Refuses(DockerEngine.IsDockerd ? 500 : 409, $"Container {id} is not paused");
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("unpause")]
    public async Task Refuses_one_that_is_not_there(string verb) =>
        (await DockerEngine.PostAsync($"/containers/nosuch/{verb}")).Refuses(404, "No such container: nosuch");
}
