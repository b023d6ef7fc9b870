namespace Shiplog.Conformance.Tests.Images;

/// <summary>GET /images/{name}/json and /history</summary>
public sealed class InspectingImages : Conversation
{
    [Fact]
    public async Task Has_every_field()
    {
        var image = (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200).Json;
        image.Keys().ShouldInclude(
        [
            "Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "Container", "DockerVersion", "Author", "Config", "Architecture", "Os", "Size",
            "VirtualSize", "GraphDriver", "RootFS", "Metadata",
        ]);
        image.Texts("RepoTags").ShouldContain("busybox:latest");
        image.Text("Architecture").ShouldBe("amd64");
        image.Text("Os").ShouldBe("linux");
        image.Texts("Config", "Cmd").ShouldBe(["sh"]);
        image.Text("RootFS", "Type").ShouldBe("layers");
        image.Texts("RootFS", "Layers").Length.ShouldBe(1);
        image.Text("GraphDriver", "Name").ShouldBe("overlay2");
    }

    [Fact]
    public async Task Finds_it_by_every_name_of_it()
    {
        var id = (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200).Json.Text("Id");
        foreach (var name in (string[])["busybox:latest", "docker.io/library/busybox", "library/busybox:latest", id, id[7..], id[7..19], id[..20]])
            (await DockerEngine.GetAsync($"/images/{name}/json")).With(200).Json.Text("Id").ShouldBe(id);
    }

    [Theory]
    [InlineData("nosuch", "No such image: nosuch:latest")]
    [InlineData("nosuch:tag", "No such image: nosuch:tag")]
    [InlineData("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "No such image: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task Refuses_what_is_not_there(string name, string message)
    {
        (await DockerEngine.GetAsync($"/images/{name}/json")).RefusesWith(404, message);
        (await DockerEngine.GetAsync($"/images/{name}/history")).Refuses(404, message);
    }

    [Fact]
    public async Task History_goes_from_the_newest_to_the_oldest()
    {
        var (name, id) = await CommitAsync();
        var history = (await DockerEngine.GetAsync($"/images/{name}/history")).With(200).Json.EnumerateArray().ToArray();
        history.Length.ShouldBe(2);
        history[0].Keys().ShouldBe(["Comment", "Created", "CreatedBy", "Id", "Size", "Tags"], ignoreOrder: true);
        history[0].Text("Id").ShouldBe(id);
        history[0].Texts("Tags").ShouldBe([name]);
        history[0].Text("CreatedBy").ShouldBe("true");
        history[1].Text("CreatedBy").ShouldBe("busybox-static of Debian");
        history[1].At("Size").GetInt64().ShouldBeGreaterThan(500_000);
        history[1].Text("Id").ShouldBe((await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Text("Id"));
    }
}
