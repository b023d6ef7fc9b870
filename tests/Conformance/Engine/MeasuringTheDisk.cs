namespace Shiplog.Conformance.Tests.Engine;

/// <summary>GET /system/df</summary>
public sealed class MeasuringTheDisk : Conversation
{
    [Fact]
    public async Task Tells_what_each_container_has_written()
    {
        var id = await RunToEndAsync("sh", "-c", "head -c 300000 /dev/zero > /big");
        var container = (await UsageAsync()).At("Containers").EnumerateArray().Single(c => c.Text("Id") == id);
        container.At("SizeRw").GetInt64().ShouldBeInRange(300_000, 400_000);
        container.At("SizeRootFs").GetInt64().ShouldBe(container.At("SizeRw").GetInt64() + await SizeAsync(DockerEngine.Image));
        container.Text("State").ShouldBe("exited");
    }

    [Fact]
    public async Task Tells_what_images_have_in_common()
    {
        var writer = await RunToEndAsync("sh", "-c", "head -c 200000 /dev/zero > /big");
        var name = NewName();
        var id = (await DockerEngine.PostAsync($"/commit?container={writer}&repo={name}")).With(201).Json.Text("Id");
        Forget(name + ":latest");
        var user = await CreateAsync(new { Image = name, Cmd = (string[])["true"] });
        var usage = await UsageAsync();
        var image = usage.At("Images").EnumerateArray().Single(i => i.Text("Id") == id);
        var common = await SizeAsync(DockerEngine.Image);
        image.At("SharedSize").GetInt64().ShouldBe(common);
        image.At("Size").GetInt64().ShouldBeInRange(common + 200_000, common + 300_000);
        image.Number("Containers").ShouldBe(1);
        usage.At("Images").EnumerateArray().Single(i => i.Texts("RepoTags").Contains("busybox:latest")).At("SharedSize").GetInt64().ShouldBe(common);
        usage.At("LayersSize").GetInt64().ShouldBeInRange(common + 200_000, usage.At("Images").EnumerateArray().Sum(i => i.At("Size").GetInt64()));
        (await DockerEngine.DeleteAsync($"/containers/{user}")).With(204);
    }

    [Fact]
    public async Task Tells_who_uses_a_volume()
    {
        var volume = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sh", "-c", "head -c 100000 /dev/zero > /data/big"], HostConfig = new { Binds = (string[])[volume + ":/data"] } });
        await EndedAsync(id);
        var usage = (await UsageAsync()).At("Volumes").EnumerateArray().Single(v => v.Text("Name") == volume).At("UsageData");
        usage.Number("RefCount").ShouldBe(1);
        usage.At("Size").GetInt64().ShouldBeInRange(100_000, 200_000);
        (await DockerEngine.DeleteAsync($"/containers/{id}")).With(204);
        (await DockerEngine.DeleteAsync($"/volumes/{volume}")).With(204);
    }

    // From version 1.42 on, which dockerd 20.10 does not speak.
    [Fact]
    public async Task Tells_of_some_kinds_only()
    {
        if (DockerEngine.IsDockerd)
            return;
        var usage = (await DockerEngine.SendAsIsAsync(HttpMethod.Get, "/v1.47/system/df?type=volume&type=container")).With(200).Json;
        (usage.At("Volumes").ValueKind, usage.At("Containers").ValueKind).ShouldBe((JsonValueKind.Array, JsonValueKind.Array));
        (usage.At("Images").ValueKind, usage.At("BuildCache").ValueKind).ShouldBe((JsonValueKind.Null, JsonValueKind.Null));
        (await DockerEngine.SendAsIsAsync(HttpMethod.Get, "/v1.47/system/df?type=nosuch")).Refuses(400, "unknown object type: nosuch");
    }

    private static async Task<JsonElement> UsageAsync() => (await DockerEngine.GetAsync("/system/df")).With(200).Json;

    private static async Task<long> SizeAsync(string image) => (await DockerEngine.GetAsync($"/images/{image}/json")).With(200).Json.At("Size").GetInt64();
}
