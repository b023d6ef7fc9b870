namespace Shiplog.Conformance.Tests.Images;

/// <summary>POST /images/{name}/tag</summary>
public sealed class Tagging : Conversation
{
    [Fact]
    public async Task Gives_another_name()
    {
        var name = NewName();
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?repo={name}&tag=v1")).With(201).Body.ShouldBeEmpty();
        Forget(name + ":v1");
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?repo={name}")).With(201);
        Forget(name + ":latest");
        (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Texts("RepoTags").ShouldInclude([name + ":v1", name + ":latest"]);
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?repo={name}&tag=v1")).With(201);
    }

    [Fact]
    public async Task Takes_a_name_from_another_image()
    {
        var (name, _) = await CommitAsync();
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?repo={name[..^3]}&tag=v1")).With(201);
        (await DockerEngine.GetAsync($"/images/{name}/json")).Json.Texts("RepoTags").ShouldContain("busybox:latest");
    }

    [Fact]
    public async Task Refuses_an_image_that_is_not_there() =>
        (await DockerEngine.PostAsync("/images/nosuch/tag?repo=x&tag=y")).Refuses(404, "No such image: nosuch:latest");

    [Theory]
    [InlineData("repo=UPPER&tag=x", "must be lowercase")]
    [InlineData("repo=x&tag=a%20b", "invalid tag format")]
    public async Task Refuses_what_is_no_reference(string query, string message) =>
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?{query}")).RefusesWith(DockerEngine.BadInput, message);

    [Theory]
    [InlineData("repo=x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "refusing to create a tag with a digest reference")]
    [InlineData("repo=sha256&tag=x", "refusing to create an ambiguous tag using digest algorithm as name")]
    public async Task Refuses_a_name_that_is_none(string query, string message) =>
        (await DockerEngine.PostAsync($"/images/{DockerEngine.Image}/tag?{query}")).Refuses(400, message);
}
