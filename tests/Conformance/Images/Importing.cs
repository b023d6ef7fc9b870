using System.Formats.Tar;
using System.Text;

namespace Shiplog.Conformance.Tests.Images;

/// <summary>POST /images/create with fromSrc</summary>
public sealed class Importing : Conversation
{
    [Fact]
    public async Task Makes_an_image_of_one_layer_that_runs()
    {
        var name = NewName();
        var id = await ImportAsync(Files(("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox", Cancellation)), ("greeting", "hello"u8.ToArray())),
            $"&repo={name}&tag=v1&message=by+hand&changes=CMD+%5B%22/bin/busybox%22,%22cat%22,%22/greeting%22%5D&changes=ENV+A=b");
        Forget(name + ":v1");
        var image = (await DockerEngine.GetAsync($"/images/{name}:v1/json")).With(200).Json;
        image.Text("Id").ShouldBe(id);
        (image.Text("Comment"), image.Text("Parent"), image.Text("Os")).ShouldBe(("by hand", "", "linux"));
        image.Texts("Config", "Cmd").ShouldBe(["/bin/busybox", "cat", "/greeting"]);
        image.Texts("Config", "Env").ShouldContain("A=b");
        image.Texts("RootFS", "Layers").Length.ShouldBe(1);
        var history = (await DockerEngine.GetAsync($"/images/{name}:v1/history")).With(200).Json.EnumerateArray().Single();
        (history.Text("Comment"), history.Text("CreatedBy")).ShouldBe(("by hand", ""));

        var container = await RunAsync(new { Image = $"{name}:v1" });
        (await EndedAsync(container)).ShouldBe(0);
        Frame.Of(Frame.Read((await DockerEngine.GetAsync($"/containers/{container}/logs?stdout=1")).Body), 1).ShouldBe("hello");
    }

    [Fact]
    public async Task Needs_no_name()
    {
        var id = await ImportAsync(Files(("a", "b"u8.ToArray())), "");
        Forget(id);
        var image = (await DockerEngine.GetAsync($"/images/{id}/json")).With(200).Json;
        image.Texts("RepoTags").ShouldBeEmpty();
        image.Text("Comment").ShouldBe("Imported from -");
    }

    [Fact]
    public async Task Reads_a_compressed_archive_from_a_url()
    {
        var accept = "application/vnd.docker.distribution.manifest.v2+json";
        using var http = new HttpClient();
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"http://{DockerEngine.Registry}/v2/busybox/manifests/latest") { Headers = { { "Accept", accept } } };
        using var manifest = await http.SendAsync(asked, Cancellation);
        var layer = JsonDocument.Parse(await manifest.Content.ReadAsStringAsync(Cancellation)).RootElement.At("layers").EnumerateArray().First().Text("digest");
        var (name, url) = (NewName(), $"http://{DockerEngine.Registry}/v2/busybox/blobs/{layer}");

        var lines = (await DockerEngine.PostAsync($"/images/create?fromSrc={Uri.EscapeDataString(url)}&repo={name}")).With(200).Lines;

        Forget(name + ":latest");
        var image = (await DockerEngine.GetAsync($"/images/{name}/json")).With(200).Json;
        lines[^1].Text("status").ShouldBe(image.Text("Id"));
        image.Text("Comment").ShouldBe("Imported from " + url);
        // The same files as busybox has, and so the same layer.
        image.Texts("RootFS", "Layers").ShouldBe((await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Texts("RootFS", "Layers")[..1]);
    }

    [Fact]
    public async Task Is_an_event()
    {
        var began = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeSeconds();
        var id = await ImportAsync(Files(("event", "x"u8.ToArray())), "&repo=" + NewName());
        Forget(id);
        var until = DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds();
        var events = (await DockerEngine.GetAsync($"/events?since={began}&until={until}&filters=" + Uri.EscapeDataString("""{"event":["import"]}"""))).With(200).Lines;
        events.Select(e => (e.Text("Type"), e.Text("Action"))).ShouldContain(("image", "import"));
    }

    [Theory]
    [InlineData("&repo=UPPER", "must be lowercase")]
    [InlineData("&changes=RUN+true", "run is not a valid change command")]
    public async Task Refuses_what_makes_no_sense(string query, string words) =>
        (await PostAsync(Files(("a", [])), query)).RefusesWith(400, words);

    [Fact]
    public async Task Tells_that_it_is_no_archive()
    {
        var answer = await PostAsync(Encoding.UTF8.GetBytes(new string('x', 2000)), "&repo=" + NewName());
        // dockerd has not said anything by then, and so may still say 500.
        if (DockerEngine.IsDockerd)
            answer.With(500);
        else
            answer.With(200).Lines[^1].Text("error").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Tells_that_there_is_nothing_at_a_url() =>
        (await DockerEngine.PostAsync($"/images/create?fromSrc={Uri.EscapeDataString($"http://{DockerEngine.Registry}/nothing")}")).RefusesWith(
            404, $"failed to GET http://{DockerEngine.Registry}/nothing with status 404");

    private static async Task<string> ImportAsync(byte[] archive, string query) => (await PostAsync(archive, query)).With(200).Lines[^1].Text("status");

    private static Task<Answer> PostAsync(byte[] archive, string query) =>
        DockerEngine.SendAsync(HttpMethod.Post, "/images/create?fromSrc=-" + query, new ByteArrayContent(archive) { Headers = { { "Content-Type", "application/x-tar" } } });

    private static byte[] Files(params (string Path, byte[] Content)[] files)
    {
        var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)0b111_101_101 });
        }
        return archive.ToArray();
    }
}
