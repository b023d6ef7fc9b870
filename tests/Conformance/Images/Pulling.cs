using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Shiplog.Conformance.Tests.Images;

/// <summary>POST /images/create</summary>
public sealed class Pulling : Conversation
{
    private static string Reference => $"{DockerEngine.Registry}/busybox";

    [Fact]
    public async Task Brings_an_image_and_tells_of_its_progress()
    {
        Forget(Reference + ":latest");
        (await DockerEngine.DeleteAsync($"/images/{Reference}:latest")).Status.ShouldBeOneOf(200, 404);
        (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag=latest")).With(200).Lines[^1].Text("status")
            .ShouldBe($"Status: Downloaded newer image for {Reference}:latest");
        var lines = (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag=latest")).With(200).Lines;
        lines[0].Text("status").ShouldBe("Pulling from busybox");
        lines[0].Text("id").ShouldBe("latest");
        lines[^2].Text("status").ShouldMatch("^Digest: sha256:[0-9a-f]{64}$");
        lines[^1].Text("status").ShouldBe($"Status: Image is up to date for {Reference}:latest");
        var image = (await DockerEngine.GetAsync($"/images/{Reference}/json")).With(200).Json;
        image.Texts("RepoDigests").ShouldBe([$"{Reference}@{lines[^2].Text("status")["Digest: ".Length..]}"]);
    }

    [Fact]
    public async Task By_digest_gives_no_tag()
    {
        var digest = (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag=latest")).With(200).Lines[^2].Text("status")["Digest: ".Length..];
        Forget(Reference + ":latest");
        (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag={digest}")).With(200);
        (await DockerEngine.GetAsync($"/images/{Reference}@{digest}/json")).With(200);
    }

    [Fact]
    public async Task Of_a_tag_that_is_not_there_is_refused() =>
        (await DockerEngine.PostAsync($"/images/create?fromImage={Reference}&tag=nosuch")).Refuses(
            404, $"manifest for {Reference}:nosuch not found: manifest unknown: manifest unknown");

    [Fact]
    public async Task Of_a_repository_that_is_not_there_is_refused() =>
        (await DockerEngine.PostAsync($"/images/create?fromImage={DockerEngine.Registry}/nosuch&tag=latest")).With(404);

    [Fact]
    public async Task Of_what_is_no_image_is_refused_by_its_type()
    {
        await PushArtifactAsync("chart", "application/vnd.cncf.helm.config.v1+json");
        var lines = (await DockerEngine.PostAsync($"/images/create?fromImage={DockerEngine.Registry}/chart&tag=1")).With(200).Lines;
        lines[^1].Text("error").ShouldStartWith("unsupported media type application/vnd.cncf.helm.config.v1+json");
        (await DockerEngine.GetAsync($"/images/{DockerEngine.Registry}/chart:1/json")).With(404);
    }

    [Fact]
    public async Task Of_a_name_that_is_none_is_refused() => (await DockerEngine.PostAsync("/images/create?fromImage=UPPER&tag=x")).With(400);

    /// <summary>As tools do that keep other things than images in a registry: a config and one layer, both <c>{}</c>.</summary>
    private static async Task PushArtifactAsync(string repository, string configType)
    {
        using var registry = new HttpClient { BaseAddress = new Uri($"http://{DockerEngine.Registry}/v2/{repository}/") };
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData("{}"u8));
        using var begun = await registry.PostAsync("blobs/uploads/", null, TestContext.Current.CancellationToken);
        var upload = begun.Headers.Location!.ToString();
        await PutAsync(registry, $"{upload}{(upload.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={digest}", "{}", "application/octet-stream");
        await PutAsync(
            registry, "manifests/1",
            $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"{{configType}}","digest":"{{digest}}","size":2},
            "layers":[{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"{{digest}}","size":2}]}
            """, "application/vnd.oci.image.manifest.v1+json");
    }

    private static async Task PutAsync(HttpClient registry, string address, string text, string type)
    {
        using var content = new StringContent(text, new MediaTypeHeaderValue(type));
        using var put = await registry.PutAsync(address, content, TestContext.Current.CancellationToken);
        ((int)put.StatusCode).ShouldBe(201, await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
