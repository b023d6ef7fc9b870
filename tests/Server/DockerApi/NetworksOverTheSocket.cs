using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Networks by Docker's API: what is decided, ordered, leased and shown.</summary>
public sealed class NetworksOverTheSocket(DockerServer server) : IClassFixture<DockerServer>
{
    private readonly string _name = "n" + Guid.NewGuid().ToString("n")[..10];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_in_a_network_has_an_address_of_it_and_is_found_by_its_names()
    {
        await server.PullBusyboxAsync();
        var network = await MakeAsync("""{"Subnet":"10.201.1.0/24"}""");
        var id = await server.CreateAsync(
            _name, $$"""{"Image":"busybox","HostConfig":{"NetworkMode":"{{_name}}"},"NetworkingConfig":{"EndpointsConfig":{"{{_name}}":{"Aliases":["web"],"IPAMConfig":{"IPv4Address":"10.201.1.77"} } } } }""");
        await PostAsync($"containers/{id}/start", HttpStatusCode.NoContent);
        var start = server.Worker.Orders.OfType<StartContainer>().Last();
        (start.Bridge!.NetworkId, start.Address!.Address, start.Address.WithoutRoute).ShouldBe((network, "10.201.1.77", false));
        start.Bridge.Names.ShouldBe([_name, "web", id[..12]]);
        var endpoint = (await ShowAsync($"containers/{id}/json")).GetProperty("NetworkSettings").GetProperty("Networks").GetProperty(_name);
        endpoint.GetProperty("IPAddress").GetString().ShouldBe("10.201.1.77");
        endpoint.GetProperty("NetworkID").GetString().ShouldBe(network);
        endpoint.GetProperty("DNSNames").EnumerateArray().Select(n => n.GetString()).ShouldBe([_name, "web", id[..12]]);
        (await ShowAsync($"networks/{_name}")).GetProperty("Containers").GetProperty(id).GetProperty("IPv4Address").GetString().ShouldBe("10.201.1.77/24");
        (await RefusedAsync(HttpMethod.Delete, $"networks/{_name}", HttpStatusCode.Forbidden)).ShouldContain("has active endpoints");

        var second = await server.CreateAsync(
            _name + "b", $$"""{"Image":"busybox","HostConfig":{"NetworkMode":"{{_name}}"},"NetworkingConfig":{"EndpointsConfig":{"{{_name}}":{"IPAMConfig":{"IPv4Address":"10.201.1.77"} } } } }""");
        (await RefusedAsync(HttpMethod.Post, $"containers/{second}/start", HttpStatusCode.Forbidden)).ShouldContain("Address already in use");

        await server.Worker.ExitAsync(id, 0);
        using (var gone = await server.Client.DeleteAsync($"networks/{_name}", Cancellation))
            gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        server.Worker.Orders.OfType<RemoveNetwork>().Last().Bridge.ShouldBe("br-" + network[..12]);
        (await RefusedAsync(HttpMethod.Post, $"containers/{id}/start", HttpStatusCode.NotFound)).ShouldBe($"network {_name} not found");
        (await server.PsqlAsync($"select count(*) from ip_lease where network_id = '{network}' and upper_inf(during)")).ShouldBe("0");
    }

    [Fact]
    public async Task A_thousand_networks_are_kept_apart_found_and_removed()
    {
        string Name(int number) => $"{_name}-{number}";
        for (var number = 0; number < 1000; number++)
        {
            await PostAsync("networks/create", HttpStatusCode.Created, $$"""
                {"Name":"{{Name(number)}}","IPAM":{"Config":[{"Subnet":"10.{{128 + (number / 256)}}.{{number % 256}}.0/24"}]} }
                """);
        }
        (await server.Client.GetFromJsonAsync<JsonElement>("networks", Cancellation)).EnumerateArray()
            .Count(n => n.GetProperty("Name").GetString()!.StartsWith(_name, StringComparison.Ordinal)).ShouldBe(1000);
        (await ShowAsync($"networks/{Name(999)}")).GetProperty("IPAM").GetProperty("Config")[0].GetProperty("Subnet").GetString().ShouldBe("10.131.231.0/24");
        (await RefusedAsync(HttpMethod.Post, "networks/create", HttpStatusCode.Forbidden, $$"""{"Name":"{{_name}}","IPAM":{"Config":[{"Subnet":"10.130.7.128/25"}]} }"""))
            .ShouldBe("Pool overlaps with other one on this address space");
        for (var number = 0; number < 1000; number++)
        {
            using var gone = await server.Client.DeleteAsync($"networks/{Name(number)}", Cancellation);
            gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
        (await server.Client.GetFromJsonAsync<JsonElement>("networks", Cancellation)).EnumerateArray()
            .ShouldNotContain(n => n.GetProperty("Name").GetString()!.StartsWith(_name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_container_joins_and_leaves_by_orders_and_each_address_is_leased_meanwhile()
    {
        await server.PullBusyboxAsync();
        var network = await MakeAsync("""{"Subnet":"10.202.1.0/24"}""");
        var id = await server.CreateAsync(_name);
        await PostAsync($"containers/{id}/start", HttpStatusCode.NoContent);
        await PostAsync($"networks/{_name}/connect", HttpStatusCode.OK, $$"""{"Container":"{{id}}","EndpointConfig":{"Aliases":["api"]} }""");
        var connect = server.Worker.Orders.OfType<ConnectNetwork>().Last();
        (connect.Place.Bridge.ContainerInterface, connect.Place.Address.Address, connect.Place.Address.WithoutRoute).ShouldBe(("eth1", "10.202.1.2", true));
        (await NetworksOfAsync(id)).ShouldBe(["bridge", _name]);
        (await RefusedAsync(HttpMethod.Post, $"networks/{_name}/connect", HttpStatusCode.Forbidden, $$"""{"Container":"{{id}}"}""")).ShouldContain("already exists in network");
        (await server.PsqlAsync($"select host(address) from ip_lease where container_id = '{id}' and network_id = '{network}' and upper_inf(during)")).ShouldBe("10.202.1.2");

        await PostAsync("networks/bridge/disconnect", HttpStatusCode.OK, $$"""{"Container":"{{id}}"}""");
        server.Worker.Orders.OfType<DisconnectNetwork>().Last().RouteBy.ShouldBe(network);
        (await NetworksOfAsync(id)).ShouldBe([_name]);
        await server.Worker.ExitAsync(id, 0);
        await PostAsync($"containers/{id}/start", HttpStatusCode.NoContent);
        var again = server.Worker.Orders.OfType<StartContainer>().Last();
        (again.Bridge!.NetworkId, again.Bridge.ContainerInterface, again.Further).ShouldBe((network, "eth0", null));
        await PostAsync($"networks/{_name}/disconnect", HttpStatusCode.OK, $$"""{"Container":"{{id}}"}""");
        (await NetworksOfAsync(id)).ShouldBeEmpty();
        (await server.PsqlAsync($"select count(*) from ip_lease where container_id = '{id}' and upper_inf(during)")).ShouldBe("0");
    }

    [Fact]
    public async Task A_connect_that_fails_gives_its_address_back()
    {
        await server.PullBusyboxAsync();
        await MakeAsync("""{"Subnet":"10.203.1.0/24"}""");
        var id = await server.CreateAsync(_name);
        await PostAsync($"containers/{id}/start", HttpStatusCode.NoContent);
        server.Worker.Fails = order => order is ConnectNetwork c && c.ContainerId == id ? new OrderFailure("ConnectNetwork", FailureKind.Internal, "no such device") : null;
        (await RefusedAsync(HttpMethod.Post, $"networks/{_name}/connect", HttpStatusCode.InternalServerError, $$"""{"Container":"{{id}}"}""")).ShouldBe("no such device");
        server.Worker.Fails = _ => null;
        (await NetworksOfAsync(id)).ShouldBe(["bridge"]);
        (await server.PsqlAsync($"select released_reason from ip_lease where container_id = '{id}' and host(address) = '10.203.1.2'")).ShouldBe("connect failed");
    }

    [Fact]
    public async Task A_container_created_in_several_networks_starts_in_all_of_them()
    {
        await server.PullBusyboxAsync();
        await MakeAsync("""{"Subnet":"10.204.1.0/24"}""");
        var other = _name + "i";
        await PostAsync("networks/create", HttpStatusCode.Created, $$"""{"Name":"{{other}}","Internal":true,"IPAM":{"Config":[{"Subnet":"10.204.2.0/24"}]} }""");
        var body = $$"""{"Image":"busybox","HostConfig":{"NetworkMode":"{{other}}"},"NetworkingConfig":{"EndpointsConfig":{"{{_name}}":{},"{{other}}":{} } } }""";
        var id = await server.CreateAsync(_name, body);
        await PostAsync($"containers/{id}/start", HttpStatusCode.NoContent);
        var start = server.Worker.Orders.OfType<StartContainer>().Last();
        (start.Bridge!.NetworkName, start.Bridge.Internal, start.Address!.WithoutRoute).ShouldBe((other, true, true));
        var further = start.Further!.ShouldHaveSingleItem();
        (further.Bridge.NetworkName, further.Bridge.ContainerInterface, further.Address.WithoutRoute).ShouldBe((_name, "eth1", false));
        using var old = await server.PostAsync("../v1.43/containers/create", body);
        old.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(old)).ShouldStartWith("Container cannot be connected to network endpoints: ");
    }

    [Theory]
    [InlineData("""{"Name":"x6","EnableIPv6":true}""", 501)]
    [InlineData("""{"Name":"xm","Driver":"macvlan"}""", 501)]
    [InlineData("""{"Name":"xp","Driver":"nosuch"}""", 404)]
    [InlineData("""{"Name":"xh","Driver":"host"}""", 403)]
    [InlineData("""{"Name":"host"}""", 403)]
    [InlineData("""{"Name":""}""", 400)]
    [InlineData("""{"Name":"xo","Options":{"com.example":"1"}}""", 501)]
    [InlineData("""{"Name":"xc","ConfigOnly":true}""", 501)]
    [InlineData("""{"Name":"xx","IPAM":{"Config":[{"Subnet":"10.77.0.0/24"}]}}""", 403)]
    public async Task What_cannot_be_made_is_refused(string body, int status)
    {
        using var answer = await server.PostAsync("networks/create", body);
        ((int)answer.StatusCode).ShouldBe(status, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("bridge", """{"Aliases":["a"]}""", "network-scoped alias is supported only for containers in user defined networks")]
    [InlineData("bridge", """{"IPAMConfig":{"IPv4Address":"10.77.0.9"}}""", "user specified IP address is supported on user defined networks only")]
    public async Task What_the_default_network_has_not_got_is_refused(string network, string endpoint, string message)
    {
        await server.PullBusyboxAsync();
        using var answer = await server.PostAsync(
            "containers/create", $$"""{"Image":"busybox","NetworkingConfig":{"EndpointsConfig":{"{{network}}":{{endpoint}}} } }""");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
    }

    private async Task<string> MakeAsync(string ipam)
    {
        using var answer = await server.PostAsync("networks/create", $$"""{"Name":"{{_name}}","IPAM":{"Config":[{{ipam}}]} }""");
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("Id").GetString()!;
    }

    private async Task PostAsync(string path, HttpStatusCode status, string? body = null)
    {
        using var answer = body is null ? await server.PostAsync(path) : await server.PostAsync(path, body);
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private async Task<string> RefusedAsync(HttpMethod method, string path, HttpStatusCode status, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync(Cancellation));
        return await DockerServer.MessageAsync(answer);
    }

    private async Task<JsonElement> ShowAsync(string path) => await server.Client.GetFromJsonAsync<JsonElement>(path, Cancellation);

    private async Task<string[]> NetworksOfAsync(string id) =>
        [.. (await ShowAsync($"containers/{id}/json")).GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Select(n => n.Name)];
}
