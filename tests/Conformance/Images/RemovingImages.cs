namespace Shiplog.Conformance.Tests.Images;

/// <summary>DELETE /images/{name}</summary>
public sealed class RemovingImages : Conversation
{
    [Fact]
    public async Task By_one_of_several_names_takes_the_name()
    {
        var reference = await TagAsync();
        Words((await DockerEngine.DeleteAsync($"/images/{reference}")).With(200)).ShouldBe(["Untagged " + reference]);
        (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200);
    }

    [Fact]
    public async Task By_its_last_name_takes_the_image()
    {
        var (name, id) = await CommitAsync();
        Words((await DockerEngine.DeleteAsync($"/images/{name}")).With(200))[..2].ShouldBe(["Untagged " + name, "Deleted " + id]);
        (await DockerEngine.GetAsync($"/images/{id}/json")).RefusesWith(404, $"No such image: {id}");
    }

    [Fact]
    public async Task By_its_last_name_in_a_repository_takes_the_digests_there()
    {
        var (made, _) = await CommitAsync();
        var pushed = $"{DockerEngine.Registry}/removed-{Guid.NewGuid().ToString("N")[..8]}";
        foreach (var tag in (string[])["a", "b"])
            (await DockerEngine.PostAsync($"/images/{made}/tag?repo={pushed}&tag={tag}")).With(201);
        (await PushAsync($"/images/{pushed}/push?tag=a")).With(200);
        var digest = (await DockerEngine.GetAsync($"/images/{made}/json")).With(200).Json.Texts("RepoDigests").Single(d => d.StartsWith(pushed, StringComparison.Ordinal));

        Words((await DockerEngine.DeleteAsync($"/images/{pushed}:a")).With(200)).ShouldBe([$"Untagged {pushed}:a"]);
        Words((await DockerEngine.DeleteAsync($"/images/{pushed}:b")).With(200)).ShouldBe([$"Untagged {pushed}:b", "Untagged " + digest]);

        (await DockerEngine.GetAsync($"/images/{made}/json")).With(200).Json.Texts("RepoDigests").ShouldBeEmpty();
    }

    [Fact]
    public async Task By_id_with_several_names_needs_force()
    {
        var (name, id) = await CommitAsync();
        (await DockerEngine.PostAsync($"/images/{name}/tag?repo={name[..^3]}b&tag=v2")).With(201);
        Forget($"{name[..^3]}b:v2");
        (await DockerEngine.DeleteAsync($"/images/{id}")).Refuses(
            409, $"conflict: unable to delete {id[7..19]} (must be forced) - image is referenced in multiple repositories");
        Words((await DockerEngine.DeleteAsync($"/images/{id}?force=1")).With(200))[..3].ShouldBe(
            ["Untagged " + name, $"Untagged {name[..^3]}b:v2", "Deleted " + id], ignoreOrder: true);
    }

    [Fact]
    public async Task In_use_by_a_stopped_container_needs_force()
    {
        var (name, id) = await CommitAsync();
        var container = await CreateAsync(new { Image = name });
        (await DockerEngine.DeleteAsync($"/images/{name}")).Refuses(
            409, $"conflict: unable to remove repository reference \"{name}\" (must force) - container {container[..12]} is using its referenced image {id[7..19]}");
        (await DockerEngine.DeleteAsync($"/images/{id}")).Refuses(
            409, $"conflict: unable to delete {id[7..19]} (must be forced) - image is being used by stopped container {container[..12]}");
        Words((await DockerEngine.DeleteAsync($"/images/{name}?force=1")).With(200)).ShouldContain("Untagged " + name);
    }

    [Fact]
    public async Task In_use_by_a_running_container_is_refused()
    {
        var (name, id) = await CommitAsync();
        var container = await RunAsync(new { Image = name, Cmd = (string[])["sleep", "1000"] });
        (await DockerEngine.DeleteAsync($"/images/{id}?force=1")).Refuses(
            409, $"conflict: unable to delete {id[7..19]} (cannot be forced) - image is being used by running container {container[..12]}");
    }

    [Fact]
    public async Task Below_another_is_refused()
    {
        var (name, id) = await CommitAsync();
        var container = await CreateAsync(new { Image = name, Cmd = (string[])["true"] });
        var child = (await DockerEngine.PostAsync($"/commit?container={container}")).With(201).Json.Text("Id");
        Forget(child);
        (await DockerEngine.DeleteAsync($"/containers/{container}")).With(204);
        (await DockerEngine.DeleteAsync($"/images/{id}")).Refuses(
            409, $"conflict: unable to delete {id[7..19]} (cannot be forced) - image has dependent child images");
    }

    [Fact]
    public async Task Refuses_what_is_not_there()
    {
        (await DockerEngine.DeleteAsync("/images/nosuch")).Refuses(404, "No such image: nosuch:latest");
        (await DockerEngine.DeleteAsync("/images/nosuch:v1")).Refuses(404, "No such image: nosuch:v1");
    }

    private static string[] Words(Answer answer) =>
        [.. answer.Json.EnumerateArray().Select(e => e.EnumerateObject().Single()).Select(p => $"{p.Name} {p.Value.GetString()}")];
}
