namespace Shiplog.Conformance.Tests.Images;

/// <summary>POST /images/{name}/push</summary>
public sealed class Pushing : Conversation
{
    private static string NewRepository() => $"{DockerEngine.Registry}/pushed-{Guid.NewGuid().ToString("N")[..8]}";

    // Of an image of the test's own: what is pushed is known by one more digest, and others look at busybox's.
    private async Task<string> TaggedAsync(params string[] tags)
    {
        var (made, _) = await CommitAsync();
        var name = NewRepository();
        foreach (var tag in tags)
        {
            (await DockerEngine.PostAsync($"/images/{made}/tag?repo={name}&tag={tag}")).With(201);
            Forget($"{name}:{tag}");
        }
        return name;
    }

    [Fact]
    public async Task Brings_an_image_to_the_registry_from_where_it_can_be_pulled_again()
    {
        var name = await TaggedAsync("v1");
        var lines = (await PushAsync($"/images/{name}/push?tag=v1")).With(200).Lines;
        lines[0].Text("status").ShouldBe($"The push refers to repository [{name}]");
        lines.ShouldContain(l => l.GetRawText().Contains("\"Preparing\"", StringComparison.Ordinal));
        lines[^2].Text("status").ShouldMatch("^v1: digest: sha256:[0-9a-f]{64} size: [0-9]+$");
        var digest = lines[^1].Text("aux", "Digest");
        lines[^1].Text("aux", "Tag").ShouldBe("v1");
        (await DockerEngine.GetAsync($"/images/{name}:v1/json")).With(200).Json.Texts("RepoDigests").ShouldContain($"{name}@{digest}");

        (await DockerEngine.DeleteAsync($"/images/{name}:v1")).With(200);
        (await DockerEngine.PostAsync($"/images/create?fromImage={name}&tag=v1")).With(200).Lines[^2].Text("status").ShouldBe("Digest: " + digest);
    }

    [Fact]
    public async Task Without_a_tag_brings_all_that_there_are()
    {
        var name = await TaggedAsync("a", "b");
        var told = (await PushAsync($"/images/{name}/push")).With(200).Lines.Where(l => l.TryGetProperty("aux", out _)).Select(l => l.Text("aux", "Tag"));
        told.Order().ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Brings_the_one_tag_that_the_name_itself_says()
    {
        var name = await TaggedAsync("mine", "public");
        var told = (await PushAsync($"/images/{name}:public/push")).With(200).Lines.Where(l => l.TryGetProperty("aux", out _)).Select(l => l.Text("aux", "Tag"));
        told.ShouldBe(["public"]);
    }

    [Fact]
    public async Task Tells_that_there_is_no_such_image()
    {
        var name = NewRepository();
        var lines = (await PushAsync($"/images/{name}/push?tag=latest")).With(200).Lines;
        lines[^1].Text("error").ShouldBe($"An image does not exist locally with the tag: {name}");
    }

    [Fact]
    public async Task Tells_that_there_is_no_such_tag()
    {
        var name = await TaggedAsync("v1");
        var lines = (await PushAsync($"/images/{name}/push?tag=v2")).With(200).Lines;
        lines[^1].Text("error").ShouldBe($"tag does not exist: {name}:v2");
    }

    // dockerd 20.10 calls its client's mistake its own; later ones say 400.
    [Fact]
    public async Task Refuses_a_name_that_is_none() => (await PushAsync("/images/UPPER/push?tag=x")).With(DockerEngine.IsDockerd ? 500 : 400);
}
