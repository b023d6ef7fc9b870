namespace Shiplog.Conformance.Tests.Networks;

/// <summary>GET /networks</summary>
public sealed class ListingNetworks : NetworkConversation
{
    [Fact]
    public async Task Goes_by_its_filters()
    {
        var id = await MakeNetworkAsync(new { Name = Network, Labels = new { team = Network } });
        (await NamesAsync("name", Network)).ShouldBe([Network]);
        (await NamesAsync("id", id[..20])).ShouldBe([Network]);
        (await NamesAsync("label", "team=" + Network)).ShouldBe([Network]);
        (await NamesAsync("driver", "bridge")).ShouldContain(Network);
        (await NamesAsync("scope", "local")).ShouldContain(Network);
        (await NamesAsync("type", "builtin")).ShouldNotContain(Network);
        (await NamesAsync("type", "custom")).ShouldContain(Network);
        (await NamesAsync("dangling", "true")).ShouldContain(Network);
        await RunAsync(In(Network, ["sleep", "1000"]));
        // dockerd's list does not look at who is in it.
        if (DockerEngine.IsDockerd)
            return;
        (await NamesAsync("dangling", "true")).ShouldNotContain(Network);
        (await NamesAsync("dangling", "false")).ShouldContain(Network);
    }

    [Fact]
    public async Task Has_the_default_ones() => (await NamesAsync("type", "builtin")).ShouldBe(["bridge", "host", "none"], ignoreOrder: true);

    [Fact]
    public async Task Refuses_a_filter_that_is_none() => (await DockerEngine.GetAsync("/networks?" + FiltersOf("nosuch", "x"))).With(400);

    [Fact]
    public async Task Tells_of_one_that_is_not_there() => (await DockerEngine.GetAsync("/networks/nosuch")).RefusesWith(404, "network nosuch not found");

    private static async Task<string[]> NamesAsync(string key, string value) =>
        [.. (await DockerEngine.GetAsync("/networks?" + FiltersOf(key, value))).With(200).Json.EnumerateArray().Select(n => n.Text("Name"))];
}
