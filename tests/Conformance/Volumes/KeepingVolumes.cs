namespace Shiplog.Conformance.Tests.Volumes;

/// <summary>/volumes, and the mounts of a container</summary>
public sealed class KeepingVolumes : Conversation
{
    private readonly string _name = "v" + NewName();

    [Fact]
    public async Task Is_made_shown_listed_and_removed()
    {
        var made = (await DockerEngine.PostAsync("/volumes/create", new { Name = _name, Labels = new { team = "a" } })).With(201).Json;
        made.Text("Name").ShouldBe(_name);
        made.Text("Driver").ShouldBe("local");
        made.Text("Scope").ShouldBe("local");
        made.Text("Labels", "team").ShouldBe("a");
        made.Text("Mountpoint").ShouldStartWith("/");
        (await DockerEngine.PostAsync("/volumes/create", new { Name = _name })).With(201);
        (await DockerEngine.GetAsync($"/volumes/{_name}")).With(200).Json.Text("CreatedAt").ShouldNotBeEmpty();
        (await NamesAsync("name", _name)).ShouldBe([_name]);
        (await NamesAsync("label", "team=a")).ShouldBe([_name]);
        (await NamesAsync("dangling", "true")).ShouldContain(_name);
        (await DockerEngine.DeleteAsync($"/volumes/{_name}")).With(204);
        (await DockerEngine.GetAsync($"/volumes/{_name}")).RefusesWith(404, "no such volume");
        (await DockerEngine.DeleteAsync($"/volumes/{_name}")).RefusesWith(404, "no such volume");
        (await DockerEngine.DeleteAsync($"/volumes/{_name}?force=1")).With(204);
    }

    [Fact]
    public async Task Keeps_what_one_container_wrote_for_the_next()
    {
        try
        {
            var writer = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sh", "-c", "echo kept > /data/file"], HostConfig = new { Binds = (string[])[$"{_name}:/data"] } });
            (await EndedAsync(writer)).ShouldBe(0);
            var mount = (await InspectAsync(writer)).At("Mounts").EnumerateArray().Single();
            mount.Text("Type").ShouldBe("volume");
            mount.Text("Name").ShouldBe(_name);
            mount.Text("Destination").ShouldBe("/data");
            mount.Text("Driver").ShouldBe("local");
            mount.Is("RW").ShouldBeTrue();
            (await DockerEngine.DeleteAsync($"/volumes/{_name}")).RefusesWith(409, $"volume is in use - [{writer}]");
            var reader = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["cat", "/data/file"], HostConfig = new { Binds = (string[])[$"{_name}:/data:ro"] } });
            await SaidAsync(reader, "kept");
            (await InspectAsync(reader)).At("Mounts")[0].Is("RW").ShouldBeFalse();
            (await DockerEngine.DeleteAsync($"/containers/{writer}?v=1")).With(204);
            (await DockerEngine.DeleteAsync($"/containers/{reader}?v=1")).With(204);
        }
        finally
        {
            await DockerEngine.DeleteAsync($"/volumes/{_name}");
        }
    }

    [Fact]
    public async Task Without_a_name_goes_with_its_container_on_demand()
    {
        var id = await CreateAsync(new { DockerEngine.Image, Volumes = new Dictionary<string, object> { ["/data"] = new { } } });
        var volume = (await InspectAsync(id)).At("Mounts").EnumerateArray().Single().Text("Name");
        volume.ShouldMatch("^[0-9a-f]{64}$");
        (await DockerEngine.GetAsync($"/volumes/{volume}")).With(200);
        (await DockerEngine.DeleteAsync($"/containers/{id}?v=1")).With(204);
        (await DockerEngine.GetAsync($"/volumes/{volume}")).With(404);
    }

    [Fact]
    public async Task Of_the_host_is_bound()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "of the host\n", Cancellation);
            var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["cat", "/host/file"], HostConfig = new { Binds = (string[])[$"{folder.FullName}:/host:ro"] } });
            await SaidAsync(id, "of the host");
            (await InspectAsync(id)).At("Mounts")[0].Text("Type").ShouldBe("bind");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        (await DockerEngine.PostAsync("/containers/create", new
        {
            DockerEngine.Image,
            HostConfig = new { Mounts = (object[])[new { Type = "bind", Source = "/nosuch/folder", Target = "/x" }] },
        })).RefusesWith(400, "bind source path does not exist: /nosuch/folder");
    }

    [Fact]
    public async Task Is_pruned_where_nobody_uses_it()
    {
        (await DockerEngine.PostAsync("/volumes/create", new { Name = _name, Labels = new { prune = _name } })).With(201);
        var filters = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = ["prune=" + _name] }));
        (await DockerEngine.PostAsync("/volumes/prune?filters=" + filters)).With(200).Json.Texts("VolumesDeleted").ShouldBe([_name]);
    }

    [Fact]
    public async Task Refuses_a_name_that_is_none() =>
        (await DockerEngine.PostAsync("/volumes/create", new { Name = "a/b" })).RefusesWith(400, "includes invalid characters for a local volume name");

    private static async Task<string[]> NamesAsync(string key, string value) =>
    [
        .. (await DockerEngine.GetAsync("/volumes?filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = [value] }))))
            .With(200).Json.At("Volumes").EnumerateArray().Select(v => v.Text("Name")),
    ];
}
