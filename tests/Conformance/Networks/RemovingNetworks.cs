namespace Shiplog.Conformance.Tests.Networks;

/// <summary>DELETE /networks/{id}</summary>
public sealed class RemovingNetworks : NetworkConversation
{
    [Fact]
    public async Task Takes_it_away()
    {
        await MakeNetworkAsync();
        (await DockerEngine.DeleteAsync($"/networks/{Network}")).With(204);
        (await DockerEngine.GetAsync($"/networks/{Network}")).RefusesWith(404, $"network {Network} not found");
        (await DockerEngine.DeleteAsync($"/networks/{Network}")).RefusesWith(404, $"network {Network} not found");
    }

    [Fact]
    public async Task While_somebody_is_in_it_is_refused()
    {
        await MakeNetworkAsync();
        await RunAsync(In(Network, ["sleep", "1000"]));
        (await DockerEngine.DeleteAsync($"/networks/{Network}")).RefusesWith(403, "has active endpoints");
    }

    [Fact]
    public async Task Leaves_a_container_that_cannot_start_any_more()
    {
        await MakeNetworkAsync();
        var id = await CreateAsync(In(Network, ["true"]));
        (await DockerEngine.DeleteAsync($"/networks/{Network}")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).RefusesWith(404, "not found");
    }

    [Fact]
    public async Task Of_a_default_one_is_refused() =>
        (await DockerEngine.DeleteAsync("/networks/bridge")).RefusesWith(403, "bridge is a pre-defined network and cannot be removed");
}
