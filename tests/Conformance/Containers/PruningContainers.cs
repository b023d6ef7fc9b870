namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/prune</summary>
public sealed class PruningContainers : Conversation
{
    [Fact]
    public async Task Takes_what_does_not_run_and_says_what_it_freed()
    {
        var running = await RunAsync("sleep", "1000");
        var created = await CreateAsync("true");
        var ended = await RunToEndAsync("sh", "-c", "head -c 100000 /dev/zero > /big");
        var answer = await PruneAsync();
        answer.Texts("ContainersDeleted").ShouldBe([created, ended], ignoreOrder: true);
        answer.At("SpaceReclaimed").GetInt64().ShouldBe(100_000);
        (await InspectAsync(running)).Text("State", "Status").ShouldBe("running");
        (await DockerEngine.GetAsync($"/containers/{ended}/json")).With(404);
    }

    [Fact]
    public async Task With_nothing_to_take_says_so()
    {
        var answer = await PruneAsync();
        answer.At("ContainersDeleted").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Number("SpaceReclaimed").ShouldBe(0);
    }

    [Fact]
    public async Task Takes_only_what_the_filters_allow()
    {
        var a = await CreateAsync(new { DockerEngine.Image, Labels = new { team = "a" } });
        var b = await CreateAsync(new { DockerEngine.Image, Labels = new { team = "b" } });
        var none = await CreateAsync("true");
        (await PruneAsync("label", "team=a")).Texts("ContainersDeleted").ShouldBe([a]);
        (await PruneAsync("until", "1h")).Texts("ContainersDeleted").ShouldBeEmpty();
        (await PruneAsync("until", "2020-01-01T00:00:00")).Texts("ContainersDeleted").ShouldBeEmpty();
        (await PruneAsync("label!", "team")).Texts("ContainersDeleted").ShouldBe([none]);
        (await PruneAsync("until", (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 10).ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .Texts("ContainersDeleted").ShouldBe([b]);
    }

    [Theory]
    [InlineData("""{"nonsense":["x"]}""", "Invalid filter 'nonsense'")]
    [InlineData("""{"until":["1h","2h"]}""", "more than one until filter specified")]
    public async Task Refuses_filters_that_are_none(string filters, string message) =>
        (await DockerEngine.PostAsync("/containers/prune?filters=" + Uri.EscapeDataString(filters))).Refuses(
            message.StartsWith('m') ? DockerEngine.BadInput : 400, message);

    private static async Task<JsonElement> PruneAsync(string key = "", params string[] values)
    {
        var filters = key is "" ? "" : "?filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = values }));
        return (await DockerEngine.PostAsync("/containers/prune" + filters)).With(200).Json;
    }
}
