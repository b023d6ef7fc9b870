namespace Shiplog.Conformance.Tests.Containers;

/// <summary>DELETE /containers/{id}</summary>
public sealed class Removing : Conversation
{
    [Fact]
    public async Task Takes_it_away()
    {
        var id = await RunToEndAsync("true");
        (await DockerEngine.DeleteAsync($"/containers/{id}")).With(204).Body.ShouldBeEmpty();
        (await DockerEngine.GetAsync($"/containers/{id}/json")).Refuses(404, $"No such container: {id}");
        (await DockerEngine.DeleteAsync($"/containers/{id}")).Refuses(404, $"No such container: {id}");
    }

    [Fact]
    public async Task Refuses_a_running_one_but_by_force()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, name);
        (await DockerEngine.DeleteAsync($"/containers/{name}")).Refuses(409, DockerEngine.IsDockerd
            ? $"You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
            : $"cannot remove container \"{name}\": container is running: stop the container before removing or force remove");
        (await DockerEngine.DeleteAsync($"/containers/{name}?force=1")).With(204);
        (await DockerEngine.GetAsync($"/containers/{id}/json")).With(404);
    }

    [Fact]
    public async Task Refuses_a_paused_one_but_by_force()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, name);
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.DeleteAsync($"/containers/{name}")).Refuses(409, DockerEngine.IsDockerd
            ? $"You cannot remove a paused container {id}. Unpause and then stop the container before attempting removal or force remove"
            : $"cannot remove container \"{name}\": container is paused and must be unpaused first");
        (await DockerEngine.DeleteAsync($"/containers/{id}?force=1")).With(204);
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.DeleteAsync("/containers/nosuch")).Refuses(404, "No such container: nosuch");
}
