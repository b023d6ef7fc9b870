namespace Shiplog.Conformance.Tests.Containers;

/// <summary>What containers take of the disk: <c>size</c> of GET /containers/json and of GET /containers/{id}/json</summary>
public sealed class Measuring : Conversation
{
    // More than what an engine itself leaves in a container's layer.
    private const long Written = 3 << 20;

    [Fact]
    public async Task What_was_written_is_its_own_and_its_images_is_in_the_whole()
    {
        var id = await RunToEndAsync("sh", "-c", $"head -c {Written} /dev/zero > /big; ln /big /same; mkdir -p /a/b; ln -s /big /a/b/link; rm -f /etc/motd");
        var image = (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200).Json.At("Size").GetInt64();
        var shown = (await DockerEngine.GetAsync($"/containers/{id}/json?size=1")).With(200).Json;
        shown.At("SizeRw").GetInt64().ShouldBe(Written + "/big".Length);
        shown.At("SizeRootFs").GetInt64().ShouldBe(Written + "/big".Length + image);
        var listed = await ListedAsync(id, "&size=1");
        listed.At("SizeRw").GetInt64().ShouldBe(shown.At("SizeRw").GetInt64());
        listed.At("SizeRootFs").GetInt64().ShouldBe(shown.At("SizeRootFs").GetInt64());
    }

    [Fact]
    public async Task Of_one_that_was_never_started_it_is_the_images()
    {
        var id = await CreateAsync("true");
        var image = (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200).Json.At("Size").GetInt64();
        var shown = (await DockerEngine.GetAsync($"/containers/{id}/json?size=true")).With(200).Json;
        shown.At("SizeRw").GetInt64().ShouldBe(0);
        shown.At("SizeRootFs").GetInt64().ShouldBe(image);
        (await ListedAsync(id, "&size=true")).Keys().ShouldNotContain("SizeRw");
    }

    [Fact]
    public async Task Nobody_is_told_who_does_not_ask()
    {
        var id = await CreateAsync("true");
        foreach (var key in (string[])["SizeRw", "SizeRootFs"])
        {
            (await InspectAsync(id)).Keys().ShouldNotContain(key);
            (await ListedAsync(id, "")).Keys().ShouldNotContain(key);
        }
    }

    private static async Task<JsonElement> ListedAsync(string id, string query) =>
        (await DockerEngine.GetAsync("/containers/json?all=1&filters=" + Uri.EscapeDataString($"{{\"id\":[\"{id}\"]}}") + query)).With(200).Json[0];
}
