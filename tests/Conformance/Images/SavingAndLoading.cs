using System.Formats.Tar;
using System.Net.Http.Headers;

namespace Shiplog.Conformance.Tests.Images;

/// <summary>GET /images/get, GET /images/{name}/get, POST /images/load</summary>
public sealed class SavingAndLoading : Conversation
{
    [Fact]
    public async Task An_image_goes_out_and_comes_back_the_same()
    {
        var (name, id) = await CommitAsync();
        var saved = (await DockerEngine.GetAsync($"/images/{name}/get")).With(200);
        saved.ContentType.ShouldBe("application/x-tar");
        (await DockerEngine.DeleteAsync($"/images/{name}")).With(200);
        var loaded = await LoadAsync(saved.Body);
        loaded.With(200).ContentType.ShouldBe("application/json");
        string.Concat(loaded.Lines.Where(l => l.TryGetProperty("stream", out _)).Select(l => l.Text("stream"))).ShouldBe($"Loaded image: {name}\n");
        var image = (await DockerEngine.GetAsync($"/images/{name}/json")).With(200).Json;
        image.Text("Id").ShouldBe(id);
        image.Text("Config", "Labels", "made").ShouldBe("here");
        (await EndedAsync(await RunAsync(new { Image = name, Cmd = (string[])["true"] }))).ShouldBe(0);
    }

    [Fact]
    public async Task Several_go_into_one_archive()
    {
        var (one, two) = (await TagAsync(), await TagAsync());
        var saved = (await DockerEngine.GetAsync($"/images/get?names={one}&names={two}")).With(200);
        var manifest = JsonDocument.Parse(Entry(saved.Body, "manifest.json")).RootElement.EnumerateArray().Single();
        manifest.Texts("RepoTags").ShouldBe([one, two], ignoreOrder: true);
        manifest.Texts("Layers").Length.ShouldBe(1);
        Entry(saved.Body, manifest.Text("Config")).ShouldNotBeEmpty();
        Entry(saved.Body, manifest.Texts("Layers")[0]).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task By_id_goes_without_a_name()
    {
        var (_, id) = await CommitAsync();
        var saved = (await DockerEngine.GetAsync($"/images/{id}/get")).With(200);
        JsonDocument.Parse(Entry(saved.Body, "manifest.json")).RootElement.EnumerateArray().Single().Texts("RepoTags").ShouldBeEmpty();
        var loaded = (await LoadAsync(saved.Body)).With(200);
        string.Concat(loaded.Lines.Where(l => l.TryGetProperty("stream", out _)).Select(l => l.Text("stream"))).ShouldBe($"Loaded image ID: {id}\n");
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_saved() =>
        (await DockerEngine.GetAsync("/images/nosuch/get")).Refuses(404, DockerEngine.IsDockerd ? "No such image: nosuch" : "reference does not exist: nosuch");

    private static Task<Answer> LoadAsync(byte[] archive)
    {
        var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return DockerEngine.SendAsync(HttpMethod.Post, "/images/load?quiet=1", content);
    }

    private static byte[] Entry(byte[] archive, string name)
    {
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != name)
                continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            return content.ToArray();
        }
        throw new ShouldAssertException($"no {name} in the archive");
    }
}
