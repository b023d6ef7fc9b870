using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Text;

namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET, HEAD and PUT /containers/{id}/archive</summary>
public sealed class Copying : Conversation
{
    [Fact]
    public async Task Takes_a_file_out_and_tells_what_it_is()
    {
        var id = await RunToEndAsync("sh", "-c", "printf hello > /tmp/file; chmod 640 /tmp/file; ln -s file /tmp/link");
        var answer = (await DockerEngine.GetAsync($"/containers/{id}/archive?path=/tmp/file")).With(200);
        answer.ContentType.ShouldBe("application/x-tar");
        Entries(answer.Body).ShouldBe(["file hello"]);
        var stat = Stat(answer);
        stat.Text("name").ShouldBe("file");
        stat.At("size").GetInt64().ShouldBe(5);
        stat.At("mode").GetInt64().ShouldBe(0x1A0);
        stat.Text("linkTarget").ShouldBe("");
        var head = Stat((await DockerEngine.SendAsync(HttpMethod.Head, $"/containers/{id}/archive?path=/tmp/link")).With(200));
        head.Text("name").ShouldBe("link");
        head.Text("linkTarget").ShouldBe("/tmp/file");
    }

    [Fact]
    public async Task Takes_a_directory_out()
    {
        var id = await RunToEndAsync("sh", "-c", "mkdir -p /d/e; printf x > /d/e/f");
        Entries((await DockerEngine.GetAsync($"/containers/{id}/archive?path=/d")).With(200).Body).ShouldBe(["d/ ", "d/e/ ", "d/e/f x"]);
        Entries((await DockerEngine.GetAsync($"/containers/{id}/archive?path=/d/.")).With(200).Body).ShouldBe(["./ ", "./e/ ", "./e/f x"]);
    }

    [Fact]
    public async Task Puts_files_in_running_or_not()
    {
        foreach (var id in (string[])[await CreateAsync("cat", "/tmp/put"), await RunPoliteAsync()])
        {
            (await PutAsync(id, "/tmp", Tar(("put", "put in\n")))).With(200);
            Entries((await DockerEngine.GetAsync($"/containers/{id}/archive?path=/tmp/put")).With(200).Body).ShouldBe(["put put in\n"]);
        }
    }

    [Fact]
    public async Task Refuses_what_is_not_there()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.GetAsync($"/containers/{id}/archive?path=/nosuch")).RefusesWith(404, $"Could not find the file /nosuch in container {id}");
        (await DockerEngine.SendAsync(HttpMethod.Head, $"/containers/{id}/archive?path=/nosuch")).With(404);
        (await PutAsync(id, "/nosuch", Tar(("x", "y")))).RefusesWith(404, $"Could not find the file /nosuch in container {id}");
        (await DockerEngine.GetAsync("/containers/nosuch/archive?path=/")).Refuses(404, "No such container: nosuch");
    }

    [Fact]
    public async Task Refuses_a_file_where_a_directory_should_be()
    {
        var id = await CreateAsync("true");
        (await PutAsync(id, "/etc/passwd", Tar(("x", "y")))).RefusesWith(DockerEngine.BadInput, "extraction point is not a directory");
        (await DockerEngine.GetAsync($"/containers/{id}/archive")).With(400);
    }

    private static Task<Answer> PutAsync(string id, string path, byte[] tar)
    {
        var content = new ByteArrayContent(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return DockerEngine.SendAsync(HttpMethod.Put, $"/containers/{id}/archive?path={path}", content);
    }

    private static JsonElement Stat(Answer answer) => JsonDocument.Parse(
        Encoding.UTF8.GetString(Convert.FromBase64String(answer.Headers.GetValues("X-Docker-Container-Path-Stat").Single()))).RootElement;

    private static byte[] Tar(params (string Name, string Text)[] files)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        return stream.ToArray();
    }

    private static string[] Entries(byte[] archive)
    {
        var entries = new List<string>();
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry() is { } entry)
            entries.Add($"{entry.Name} {(entry.DataStream is { } data ? new StreamReader(data).ReadToEnd() : "")}");
        return [.. entries];
    }
}
