namespace Shiplog.Conformance.Tests.Engine;

/// <summary>GET /events</summary>
public sealed class WatchingEvents : Conversation
{
    // Ours tells of more: the steps that Docker has no word for (README.md).
    private static readonly string[] Words =
    [
        "create", "attach", "start", "kill", "die", "stop", "restart", "pause", "unpause", "rename", "commit", "destroy", "connect", "disconnect", "tag", "untag",
        "delete",
    ];

    [Fact]
    public async Task A_life_is_told_in_order()
    {
        var began = Now();
        var name = NewName();
        var id = await RunPoliteAsync(name);
        (await DockerEngine.PostAsync($"/containers/{id}/rename?name={name}b")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/stop")).With(204);
        (await DockerEngine.DeleteAsync($"/containers/{id}")).With(204);
        var events = await BetweenAsync(began, e => IsOf(e, id));
        events.Select(Said).ShouldBe(["container create", "network connect", "container start", "container rename", "container kill", "container die",
            "network disconnect", "container stop", "container destroy"]);

        var create = events[0];
        create.Text("status").ShouldBe("create");
        create.Text("id").ShouldBe(id);
        create.Text("from").ShouldBe(DockerEngine.Image);
        create.Text("scope").ShouldBe("local");
        create.Text("Actor", "Attributes", "name").ShouldBe(name);
        create.Text("Actor", "Attributes", "image").ShouldBe(DockerEngine.Image);
        create.At("time").GetInt64().ShouldBe(create.At("timeNano").GetInt64() / 1_000_000_000);
        events[3].Text("Actor", "Attributes", "oldName").ShouldBe("/" + name);
        events[3].Text("Actor", "Attributes", "name").ShouldBe(name + "b");
        events[4].Text("Actor", "Attributes", "signal").ShouldBe("15");
        events[5].Text("Actor", "Attributes", "exitCode").ShouldBe("7");
        events[1].Text("Actor", "Attributes", "container").ShouldBe(id);
        events[1].Text("Actor", "Attributes", "type").ShouldBe("bridge");
    }

    [Fact]
    public async Task They_are_followed_as_they_happen_and_filtered()
    {
        var label = NewName();
        var filters = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]>
        {
            ["type"] = ["container"],
            ["event"] = ["start", "die"],
            ["label"] = [$"{label}=yes"],
        }));
        await using var stream = await DockerEngine.OpenAsync(HttpMethod.Get, $"/events?filters={filters}");
        using var lines = new StreamReader(stream);
        await RunToEndAsync("true");
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["true"], Labels = new Dictionary<string, string> { [label] = "yes" } });
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        foreach (var action in (string[])["start", "die"])
        {
            var message = JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement;
            message.Text("Action").ShouldBe(action);
            message.Text("Actor", "ID").ShouldBe(id);
            message.Text("Actor", "Attributes", label).ShouldBe("yes");
        }
    }

    [Fact]
    public async Task Of_images_tell_names_given_and_taken()
    {
        var began = Now();
        var reference = await TagAsync();
        (await DockerEngine.DeleteAsync($"/images/{reference}")).With(200);
        var image = (await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Text("Id");
        var events = await BetweenAsync(began, e => e.Text("Type") == "image" && e.Text("Actor", "ID") == image);
        events.Select(e => e.Text("Action")).ShouldBe(["tag", "untag"]);
        events[0].Text("Actor", "Attributes", "name").ShouldBe(reference);
    }

    [Fact]
    public async Task An_end_before_the_beginning_is_refused() => (await DockerEngine.GetAsync("/events?since=200&until=100")).Refuses(
        400, "`since` time (200) cannot be after `until` time (100)");

    [Fact]
    public async Task A_time_that_is_none_is_refused() => (await DockerEngine.GetAsync("/events?since=yesterday")).With(DockerEngine.BadInput);

    private static bool IsOf(JsonElement e, string id) => e.Text("Actor", "ID") == id ||
        (e.At("Actor", "Attributes").TryGetProperty("container", out var container) && container.GetString() == id);

    private static string Said(JsonElement e) => $"{e.Text("Type")} {e.Text("Action")}";

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private static async Task<JsonElement[]> BetweenAsync(long began, Func<JsonElement, bool> which) =>
        [.. (await DockerEngine.GetAsync($"/events?since={began}&until={Now() + 1}")).With(200).Lines.Where(e => Words.Contains(e.Text("Action")) && which(e))];
}
