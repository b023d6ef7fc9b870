namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/wait</summary>
public sealed class Waiting : Conversation
{
    [Fact]
    public async Task Ends_with_the_program_and_gives_its_exit_code()
    {
        var id = await RunPoliteAsync();
        var wait = DockerEngine.PostAsync($"/containers/{id}/wait");
        (await DockerEngine.PostAsync($"/containers/{id}/stop")).With(204);
        (await wait).With(200).Json.Number("StatusCode").ShouldBe(7);
        (await wait).ContentType.ShouldBe("application/json");
    }

    [Fact]
    public async Task Of_what_does_not_run_ends_at_once()
    {
        (await EndedAsync(await RunToEndAsync("sh", "-c", "exit 5"))).ShouldBe(5);
        (await EndedAsync(await CreateAsync("true"))).ShouldBe(0);
    }

    [Fact]
    public async Task For_the_next_exit_waits_for_a_run_that_has_not_begun()
    {
        var id = await CreateAsync("sh", "-c", "exit 6");
        await using var answer = await DockerEngine.OpenAsync(HttpMethod.Post, $"/containers/{id}/wait?condition=next-exit");
        await StartAsync(id);
        (await JsonAsync(answer)).Number("StatusCode").ShouldBe(6);
    }

    [Fact]
    public async Task For_the_removal_ends_when_it_is_gone()
    {
        var id = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["sh", "-c", "exit 8"], HostConfig = new { AutoRemove = true } });
        await using var answer = await DockerEngine.OpenAsync(HttpMethod.Post, $"/containers/{id}/wait?condition=removed");
        await StartAsync(id);
        (await JsonAsync(answer)).Number("StatusCode").ShouldBe(8);
        (await DockerEngine.GetAsync($"/containers/{id}/json")).Refuses(404, $"No such container: {id}");
    }

    [Fact]
    public async Task For_the_removal_of_what_does_not_remove_itself_goes_on_after_its_end()
    {
        var id = await RunToEndAsync("sh", "-c", "exit 4");
        await using var answer = await DockerEngine.OpenAsync(HttpMethod.Post, $"/containers/{id}/wait?condition=removed");
        (await DockerEngine.DeleteAsync($"/containers/{id}")).With(204);
        (await JsonAsync(answer)).Number("StatusCode").ShouldBe(4);
    }

    [Fact]
    public async Task Refuses_a_condition_that_is_none()
    {
        var id = await CreateAsync("true");
        var answer = await DockerEngine.PostAsync($"/containers/{id}/wait?condition=sometime");
        if (DockerEngine.IsDockerd)
            answer.With(200); // takes it for "not running"; later ones refuse it
        else
            answer.Refuses(400, "invalid condition: \"sometime\"");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/wait")).Refuses(404, "No such container: nosuch");

    private static async Task<JsonElement> JsonAsync(Stream answer)
    {
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        return (await JsonDocument.ParseAsync(answer, default, patience.Token)).RootElement;
    }
}
