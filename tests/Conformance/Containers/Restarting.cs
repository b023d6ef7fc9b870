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
    public async Task Keeps_one_that_removes_itself_and_what_it_has_written()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = new[] { "sh", "-c", "trap 'exit 0' TERM; echo run >> /runs; cat /runs; while :; do sleep 0.1; done" },
            HostConfig = new { AutoRemove = true },
        });
        await EventuallyAsync(async () => await OutputAsync(id) is "run\n");
        (await DockerEngine.PostAsync($"/containers/{id}/restart?t=5")).With(204);
        (await StateAsync(id)).Is("Running").ShouldBeTrue();
        // What the first run has said, and what the second one finds in the file and adds.
        await EventuallyAsync(async () => await OutputAsync(id) is "run\nrun\nrun\n");
        (await InspectAsync(id)).At("HostConfig").Is("AutoRemove").ShouldBeTrue();
        (await DockerEngine.PostAsync($"/containers/{id}/stop?t=5")).With(204);
        await EventuallyAsync(async () => (await DockerEngine.GetAsync($"/containers/{id}/json")).Status == 404);
    }

    private static async Task<string> OutputAsync(string id) =>
        Frame.Of(Frame.Read((await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).Body), 1);

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/restart")).Refuses(404, "No such container: nosuch");
}
