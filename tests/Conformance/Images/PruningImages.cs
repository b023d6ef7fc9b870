namespace Shiplog.Conformance.Tests.Images;

/// <summary>POST /images/prune</summary>
public sealed class PruningImages : Conversation
{
    [Fact]
    public async Task Takes_what_has_no_name_and_no_container()
    {
        var container = await RunToEndAsync("sh", "-c", "head -c 100000 /dev/zero > /big");
        var image = (await DockerEngine.PostAsync($"/commit?container={container}")).With(201).Json.Text("Id");
        Forget(image);
        var user = await CreateAsync(new { Image = image, Cmd = (string[])["true"] });
        Deleted(await PruneAsync()).ShouldNotContain(image);
        (await DockerEngine.DeleteAsync($"/containers/{user}")).With(204);
        var answer = await PruneAsync();
        Deleted(answer).ShouldContain(image);
        answer.At("SpaceReclaimed").GetInt64().ShouldBeGreaterThan(0);
        (await DockerEngine.GetAsync($"/images/{image}/json")).With(404);
        (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).With(200);
    }

    [Fact]
    public async Task On_demand_takes_what_has_a_name_too_by_label_and_age()
    {
        var label = NewName();
        var (_, a) = await CommitAsync(changes: $"LABEL {label}=a");
        var (name, b) = await CommitAsync(changes: $"LABEL {label}=b");
        Deleted(await PruneAsync(("label", label))).ShouldBeEmpty();
        Deleted(await PruneAsync(("label", label + "=a"), ("dangling", "false"))).ShouldContain(a);
        Deleted(await PruneAsync(("label", label), ("dangling", "false"), ("until", "1h"))).ShouldBeEmpty();
        var answer = await PruneAsync(("label", label), ("dangling", "false"));
        Deleted(answer).ShouldContain(b);
        Said(answer, "Untagged").ShouldContain(name);
    }

    [Theory]
    [InlineData("""{"nonsense":["x"]}""", "Invalid filter 'nonsense'")]
    [InlineData("""{"dangling":["perhaps"]}""", "Invalid filter 'dangling=[perhaps]'")]
    public async Task Refuses_filters_that_are_none(string filters, string message) =>
        (await DockerEngine.PostAsync("/images/prune?filters=" + Uri.EscapeDataString(filters))).Refuses(400, message);

    private static string[] Deleted(JsonElement answer) => Said(answer, "Deleted");

    private static string[] Said(JsonElement answer, string key) => answer.At("ImagesDeleted") is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Where(d => d.TryGetProperty(key, out _)).Select(d => d.Text(key))]
        : [];

    private static async Task<JsonElement> PruneAsync(params (string Key, string Value)[] filters)
    {
        var query = filters is [] ? "" : "?filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(filters.ToDictionary(f => f.Key, f => (string[])[f.Value])));
        return (await DockerEngine.PostAsync("/images/prune" + query)).With(200).Json;
    }
}
