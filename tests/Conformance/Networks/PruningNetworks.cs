namespace Shiplog.Conformance.Tests.Networks;

/// <summary>POST /networks/prune</summary>
public sealed class PruningNetworks : NetworkConversation
{
    [Fact]
    public async Task Takes_those_away_that_nobody_is_in()
    {
        var used = Network + "used";
        await MakeNetworkAsync(new { Name = Network, Labels = new { prune = Network } });
        await MakeNetworkAsync(new { Name = used, Labels = new { prune = Network } });
        await RunAsync(In(used, ["sleep", "1000"]));
        (await DockerEngine.PostAsync("/networks/prune?" + FiltersOf("label", "prune=" + Network))).With(200).Json.Texts("NetworksDeleted").ShouldBe([Network]);
        (await DockerEngine.GetAsync($"/networks/{used}")).With(200);
    }
}
