namespace Shiplog.Conformance.Tests.Images;

/// <summary>GET /images/json</summary>
public sealed class ListingImages : Conversation
{
    [Fact]
    public async Task Describes_each()
    {
        var image = (await ListAsync("")).Single(i => i.Texts("RepoTags").Contains("busybox:latest"));
        image.Keys().ShouldInclude(
            ["Containers", "Created", "Id", "Labels", "ParentId", "RepoDigests", "RepoTags", "SharedSize", "Size", "VirtualSize"]);
        image.Text("Id").ShouldMatch("^sha256:[0-9a-f]{64}$");
        image.Text("ParentId").ShouldBe("");
        image.At("Size").GetInt64().ShouldBeGreaterThan(500_000);
        image.At("VirtualSize").GetInt64().ShouldBe(image.At("Size").GetInt64());
        image.Number("Containers").ShouldBe(-1);
        image.Number("SharedSize").ShouldBe(-1);
    }

    [Fact]
    public async Task Filters_by_reference()
    {
        var reference = await TagAsync("127.0.0.1:5000/team/" + NewName() + ":v1");
        var repository = reference[..^3];
        foreach (var pattern in (string[])[reference, repository, "127.0.0.1:5000/team/*", repository + ":v*", "*/team/*:v1"])
            (await FilteredAsync("reference", pattern)).SelectMany(i => i.Texts("RepoTags")).ShouldBe([reference], pattern);
        foreach (var pattern in (string[])[repository + ":v2", "127.0.0.1:5000/*", "nosuch"])
            (await FilteredAsync("reference", pattern)).SelectMany(i => i.Texts("RepoTags")).ShouldNotContain(reference, pattern);
    }

    [Fact]
    public async Task Filters_by_label_and_age()
    {
        var label = NewName();
        var (first, firstId) = await CommitAsync(changes: $"LABEL {label}=a");
        await Task.Delay(TimeSpan.FromSeconds(1.1), Cancellation); // images are told apart by the second
        var (_, secondId) = await CommitAsync(changes: $"LABEL {label}=b");
        (await IdsAsync("label", label)).ShouldBe([secondId, firstId]);
        (await IdsAsync("label", label + "=a")).ShouldBe([firstId]);
        (await IdsAsync("label", label + "=c")).ShouldBeEmpty();
        (await IdsAsync("since", first)).ShouldBe([secondId]);
        (await IdsAsync("before", secondId)).ShouldContain(firstId);
        (await IdsAsync("before", secondId)).ShouldNotContain(secondId);
    }

    [Fact]
    public async Task Filters_what_has_no_name()
    {
        var id = await CreateAsync("true");
        var image = (await DockerEngine.PostAsync($"/commit?container={id}")).With(201).Json.Text("Id");
        Forget(image);
        (await IdsAsync("dangling", "true")).ShouldContain(image);
        (await IdsAsync("dangling", "false")).ShouldNotContain(image);
        var shown = (await ListAsync("")).Single(i => i.Text("Id") == image);
        shown.Texts("RepoTags").ShouldBe(["<none>:<none>"]);
        shown.Texts("RepoDigests").ShouldBe(["<none>@<none>"]);
    }

    [Theory]
    [InlineData("""{"nonsense":["x"]}""", 400, "Invalid filter 'nonsense'")]
    [InlineData("""{"dangling":["perhaps"]}""", 400, "Invalid filter 'dangling=[perhaps]'")]
    [InlineData("""{"before":["nosuch"]}""", 404, "No such image: nosuch:latest")]
    public async Task Refuses_a_filter_that_is_none(string filters, int status, string message) =>
        (await DockerEngine.GetAsync("/images/json?filters=" + Uri.EscapeDataString(filters))).Refuses(status, message);

    private static async Task<JsonElement[]> ListAsync(string query) =>
        [.. (await DockerEngine.GetAsync("/images/json?" + query)).With(200).Json.EnumerateArray()];

    private static Task<JsonElement[]> FilteredAsync(string key, string value) => ListAsync(
        "filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = [value] })));

    private static async Task<string[]> IdsAsync(string key, string value) => [.. (await FilteredAsync(key, value)).Select(i => i.Text("Id"))];
}
