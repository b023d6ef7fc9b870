using System.Formats.Tar;

namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/changes and export</summary>
public sealed class Changing : Conversation
{
    [Fact]
    public async Task Lists_what_was_added_changed_and_deleted()
    {
        var id = await RunToEndAsync("sh", "-c", "mkdir /new; echo x > /new/file; echo y >> /etc/group; rm /etc/passwd");
        var changes = (await DockerEngine.GetAsync($"/containers/{id}/changes")).With(200).Json.EnumerateArray()
            .Select(c => $"{c.Number("Kind")} {c.Text("Path")}").Order(StringComparer.Ordinal);
        changes.ShouldBe(["0 /etc", "0 /etc/group", "1 /new", "1 /new/file", "2 /etc/passwd"]);
    }

    [Fact]
    public async Task Of_what_has_changed_nothing_is_null()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.GetAsync($"/containers/{id}/changes")).With(200).Text.Trim().ShouldBe("null");
        (await DockerEngine.GetAsync("/containers/nosuch/changes")).Refuses(404, "No such container: nosuch");
    }

    [Fact]
    public async Task Exports_the_file_system()
    {
        var id = await RunToEndAsync("sh", "-c", "echo x > /added");
        var names = new List<string>();
        var answer = (await DockerEngine.GetAsync($"/containers/{id}/export")).With(200);
        using var tar = new TarReader(new MemoryStream(answer.Body));
        while (tar.GetNextEntry() is { } entry)
            names.Add(entry.Name.TrimEnd('/'));
        names.ShouldContain("added");
        names.ShouldContain("bin/busybox");
        names.ShouldContain(".dockerenv");
        (await DockerEngine.GetAsync("/containers/nosuch/export")).Refuses(404, "No such container: nosuch");
    }
}
