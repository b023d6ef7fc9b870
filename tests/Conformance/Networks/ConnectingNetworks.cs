namespace Shiplog.Conformance.Tests.Networks;

/// <summary>POST /networks/{id}/connect and /disconnect</summary>
public sealed class ConnectingNetworks : NetworkConversation
{
    [Fact]
    public async Task While_running_gives_one_more_interface_and_takes_it_again()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.20.0/24"));
        var id = await RunAsync("sh", "-c", "until ip -4 addr show eth1 2>/dev/null | grep -q 10.99.20; do sleep 0.1; done; echo joined; while ip link show eth1 >/dev/null 2>&1; do sleep 0.1; done; echo left; sleep 1000");
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = id, EndpointConfig = new { IPAMConfig = new { IPv4Address = "10.99.20.7" }, Aliases = (string[])["api"] } })).With(200);
        await SaidAsync(id, "joined");
        (await NetworksOfAsync(id)).ShouldBe(["bridge", Network], ignoreOrder: true);
        var endpoint = (await InspectAsync(id)).At("NetworkSettings", "Networks", Network);
        endpoint.Text("IPAddress").ShouldBe("10.99.20.7");
        endpoint.Texts("Aliases").ShouldContain("api");
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = id })).RefusesWith(403, "already exists in network");
        (await DockerEngine.PostAsync($"/networks/{Network}/disconnect", new { Container = id })).With(200);
        await SaidAsync(id, "left");
        (await NetworksOfAsync(id)).ShouldBe(["bridge"]);
    }

    [Fact]
    public async Task Before_the_start_holds_for_each_start()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.21.0/24"));
        var id = await CreateAsync("sh", "-c", "ip -4 addr show eth0 | grep -q inet && ip -4 addr show eth1 | grep -q inet");
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = id })).With(200);
        (await NetworksOfAsync(id)).ShouldBe(["bridge", Network], ignoreOrder: true);
        for (var run = 0; run < 2; run++)
        {
            await StartAsync(id);
            (await EndedAsync(id)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Leaves_the_way_out_by_the_network_that_is_left()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.22.0/24"));
        var id = await RunAsync("sh", "-c", "until ip route | grep -q 'default via 10.99.22.1'; do sleep 0.1; done; echo moved; sleep 1000");
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = id })).With(200);
        (await DockerEngine.PostAsync("/networks/bridge/disconnect", new { Container = id })).With(200);
        await SaidAsync(id, "moved");
        (await NetworksOfAsync(id)).ShouldBe([Network]);
    }

    [Fact]
    public async Task Of_a_network_that_it_is_not_in_is_refused()
    {
        await MakeNetworkAsync();
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/networks/{Network}/disconnect", new { Container = id })).RefusesWith(DockerEngine.IsDockerd ? 500 : 403, "is not connected to");
    }

    [Fact]
    public async Task With_the_hosts_network_is_refused()
    {
        await MakeNetworkAsync();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], HostConfig = new { NetworkMode = "host" } });
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = id }))
            .RefusesWith(400, "container sharing network namespace with another container or host cannot be connected to any other network");
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        await MakeNetworkAsync();
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync("/networks/nosuch/connect", new { Container = id })).RefusesWith(404, "network nosuch not found");
        (await DockerEngine.PostAsync($"/networks/{Network}/connect", new { Container = "nosuch" })).RefusesWith(404, "No such container: nosuch");
    }
}
