namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/restart</summary>
public sealed class Restarting : Conversation
{
    [Fact]
    public async Task Stops_and_starts()
    {
        var id = await RunPoliteAsync();
        var before = (await StateAsync(id)).Number("Pid");
        (await DockerEngine.PostAsync($"/containers/{id}/restart?t=5")).With(204).Body.ShouldBeEmpty();
        var state = await StateAsync(id);
        state.Is("Running").ShouldBeTrue();
        state.Number("Pid").ShouldNotBe(before);
    }

    [Fact]
    public async Task Starts_what_does_not_run()
    {
        var id = await CreateAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/restart")).With(204);
        (await StateAsync(id)).Is("Running").ShouldBeTrue();
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/restart")).Refuses(404, "No such container: nosuch");
}
