namespace Shiplog.Conformance.Tests.Networks;

/// <summary>POST /networks/create, and what GET /networks/{id} shows of it</summary>
public sealed class CreatingNetworks : NetworkConversation
{
    [Fact]
    public async Task Is_shown_as_it_was_made()
    {
        var id = await MakeNetworkAsync(new { Name = Network, CheckDuplicate = true, Internal = true, Attachable = true, Labels = new { team = "a" } });
        var network = await ShowAsync(Network);
        network.Text("Id").ShouldBe(id);
        network.Text("Driver").ShouldBe("bridge");
        network.Text("Scope").ShouldBe("local");
        network.Text("Labels", "team").ShouldBe("a");
        network.Is("Internal").ShouldBeTrue();
        network.Is("Attachable").ShouldBeTrue();
        network.Is("EnableIPv6").ShouldBeFalse();
        network.At("IPAM", "Config")[0].Text("Subnet").ShouldMatch(@"^\d+\.\d+\.\d+\.\d+/\d+$");
        network.At("IPAM", "Config")[0].Text("Gateway").ShouldMatch(@"^\d+\.\d+\.\d+\.\d+$");
        network.Keys("Containers").ShouldBeEmpty();
        (await ShowAsync(id[..12])).Text("Name").ShouldBe(Network);
    }

    [Fact]
    public async Task Has_the_subnet_that_was_asked_for_and_gives_addresses_of_it()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.7.0/24", "10.99.7.9"));
        var id = await RunAsync(In(Network, ["sleep", "1000"], new { IPAMConfig = new { IPv4Address = "10.99.7.77" }, Aliases = (string[])["web"] }));
        var endpoint = (await InspectAsync(id)).At("NetworkSettings", "Networks", Network);
        endpoint.Text("IPAddress").ShouldBe("10.99.7.77");
        endpoint.Number("IPPrefixLen").ShouldBe(24);
        endpoint.Text("Gateway").ShouldBe("10.99.7.9");
        endpoint.Text("MacAddress").ShouldBe("02:42:0a:63:07:4d");
        endpoint.Text("IPAMConfig", "IPv4Address").ShouldBe("10.99.7.77");
        endpoint.Texts("Aliases").ShouldBe(["web", id[..12]], ignoreOrder: true);
        (await ShowAsync(Network)).At("Containers", id).Text("IPv4Address").ShouldBe("10.99.7.77/24");
        (await InspectAsync(id)).Text("NetworkSettings", "IPAddress").ShouldBe("");
    }

    [Fact]
    public async Task Gives_addresses_of_its_range()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.8.0/24", "10.99.8.1", "10.99.8.128/25"));
        var id = await RunAsync(In(Network, ["sleep", "1000"]));
        (await InspectAsync(id)).Text("NetworkSettings", "Networks", Network, "IPAddress").ShouldStartWith("10.99.8.1");
        (await ShowAsync(Network)).At("IPAM", "Config")[0].Text("IPRange").ShouldBe("10.99.8.128/25");
    }

    [Fact]
    public async Task By_a_name_that_is_taken_is_a_conflict()
    {
        await MakeNetworkAsync();
        (await DockerEngine.PostAsync("/networks/create", new { Name = Network, CheckDuplicate = true })).Refuses(409, $"network with name {Network} already exists");
    }

    [Fact]
    public async Task Of_a_subnet_that_is_in_use_is_refused()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.9.0/24"));
        (await DockerEngine.PostAsync("/networks/create", OfSubnet(Network + "b", "10.99.9.128/25"))).RefusesWith(403, "Pool overlaps with other one on this address space");
    }

    [Fact]
    public async Task Of_a_gateway_elsewhere_is_refused() =>
        (await DockerEngine.PostAsync("/networks/create", OfSubnet(Network, "10.99.9.0/24", "10.98.9.1"))).RefusesWith(DockerEngine.BadInput, "failed to allocate gateway (10.98.9.1): Requested address is out of range");

    [Fact]
    public async Task In_the_place_of_a_default_one_is_refused() =>
        (await DockerEngine.PostAsync("/networks/create", new { Name = "host" })).RefusesWith(403, "operation is not permitted on predefined host network");

    [Fact]
    public async Task Of_an_unknown_driver_is_refused() =>
        (await DockerEngine.PostAsync("/networks/create", new { Name = Network, Driver = "nosuch" })).RefusesWith(404, "nosuch");

    [Fact]
    public async Task An_address_in_a_subnet_that_nobody_chose_is_refused()
    {
        await MakeNetworkAsync();
        const string Words = "user specified IP address is supported only when connecting to networks with user configured subnets";
        // dockerd says so when it is started.
        var answer = await DockerEngine.PostAsync("/containers/create", In(Network, ["true"], new { IPAMConfig = new { IPv4Address = "10.99.1.2" } }));
        if (answer.Status == 201)
        {
            ForgetContainer(answer.Json.Text("Id"));
            answer = await DockerEngine.PostAsync($"/containers/{answer.Json.Text("Id")}/start");
        }
        answer.RefusesWith(400, Words);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused_at_the_start()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.10.0/24"));
        await RunAsync(In(Network, ["sleep", "1000"], new { IPAMConfig = new { IPv4Address = "10.99.10.7" } }));
        var second = await CreateAsync(In(Network, ["sleep", "1000"], new { IPAMConfig = new { IPv4Address = "10.99.10.7" } }));
        (await DockerEngine.PostAsync($"/containers/{second}/start")).RefusesWith(403, "Address already in use");
    }

    [Fact]
    public async Task A_container_of_a_network_that_is_not_there_is_refused()
    {
        var answer = await DockerEngine.PostAsync("/containers/create", In("nosuch", ["true"]));
        // dockerd 20.10 says so when it is started.
        if (answer.Status == 201)
        {
            ForgetContainer(answer.Json.Text("Id"));
            answer = await DockerEngine.PostAsync($"/containers/{answer.Json.Text("Id")}/start");
        }
        answer.RefusesWith(404, "network nosuch not found");
    }
}
