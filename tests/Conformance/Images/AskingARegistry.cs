namespace Shiplog.Conformance.Tests.Images;

/// <summary>GET /distribution/{name}/json</summary>
public sealed class AskingARegistry : Conversation
{
    private static string Reference => $"{DockerEngine.Registry}/busybox";

    [Fact]
    public async Task Tells_what_a_name_is_there_and_brings_nothing_here()
    {
        var digest = (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag=latest")).With(200).Lines[^2].Text("status")["Digest: ".Length..];
        var told = (await DockerEngine.GetAsync($"/distribution/{Reference}:latest/json")).With(200).Json;
        told.Text("Descriptor", "digest").ShouldBe(digest);
        told.Text("Descriptor", "mediaType").ShouldBe("application/vnd.docker.distribution.manifest.v2+json");
        told.At("Descriptor", "size").GetInt64().ShouldBeInRange(100, 10_000);
        told.At("Platforms").GetArrayLength().ShouldBe(1);
        (told.At("Platforms")[0].Text("architecture"), told.At("Platforms")[0].Text("os")).ShouldBe(("amd64", "linux"));
        (await DockerEngine.GetAsync($"/distribution/{Reference}@{digest}/json")).With(200).Json.Text("Descriptor", "digest").ShouldBe(digest);
    }

    [Fact]
    public async Task Of_a_tag_that_is_not_there_is_refused() =>
        (await DockerEngine.GetAsync($"/distribution/{Reference}:nosuch/json")).Refuses(404, "manifest unknown: manifest unknown");

    [Fact]
    public async Task Of_a_repository_that_is_not_there_is_refused() =>
        (await DockerEngine.GetAsync($"/distribution/{DockerEngine.Registry}/nosuch:latest/json")).With(404);

    [Fact]
    public async Task Of_an_id_is_refused() =>
        (await DockerEngine.GetAsync($"/distribution/{new string('a', 64)}/json")).Refuses(500, "no manifest found for full image ID");

    [Fact]
    public async Task Of_a_name_that_is_none_is_refused() =>
        (await DockerEngine.GetAsync("/distribution/UPPER/json")).With(400);
}
