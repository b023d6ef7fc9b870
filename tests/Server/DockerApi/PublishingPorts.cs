using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Published ports over the wire: leased with the intent, in the order, told by inspecting and listing, free again at the end.</summary>
public sealed class PublishingPorts(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.PullBusyboxAsync();
        server.Worker.Fails = _ => null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_port_that_was_asked_for_is_ordered_published_and_told()
    {
        var id = await StartedAsync("asked", Body("\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7001\"}]", "\"ExposedPorts\":{\"81/tcp\":{}},"));
        var order = OrderOf(id).Ports.ShouldNotBeNull();
        order.Ports.ShouldBe([new PortMapping("127.0.0.1", 7001, 80, "tcp")]);
        order.Address.ShouldBe(OrderOf(id).Address!.Address);

        var inspect = await InspectAsync(id);
        inspect.GetProperty("NetworkSettings").GetProperty("Ports").ToString().ShouldBe("""{"81/tcp":null,"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"7001"}]}""");
        inspect.GetProperty("HostConfig").GetProperty("PortBindings").ToString().ShouldBe("""{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"7001"}]}""");
        var item = (await server.Client.GetFromJsonAsync<JsonElement[]>("containers/json", Cancellation))!.Single(c => c.GetProperty("Id").GetString() == id);
        item.GetProperty("Ports").ToString().ShouldBe("""[{"IP":"127.0.0.1","PrivatePort":80,"PublicPort":7001,"Type":"tcp"},{"PrivatePort":81,"Type":"tcp"}]""");
        var published = await server.LastEventAsync(id, "ports_published");
        published.Data.GetProperty("ports")[0].Deserialize<PublishedPort>(JsonSerializerOptions.Web).ShouldBe(new PublishedPort("127.0.0.1", 7001, 80, "tcp"));
        (await server.PsqlAsync($"select address, port, protocol, container_port from port_leases where container_id = '{id}'")).ShouldBe("127.0.0.1|7001|tcp|80");

        await server.Worker.ExitAsync(id, 0);
        (await InspectAsync(id)).GetProperty("NetworkSettings").GetProperty("Ports").ToString().ShouldBe("{}");
        (await server.PsqlAsync($"select released_reason, upper_inf(held) from port_leases where container_id = '{id}'")).ShouldBe("released|f");
    }

    [Fact]
    public async Task A_port_that_another_container_has_is_refused_in_dockers_words_and_the_attempt_is_on_record()
    {
        var holder = await StartedAsync("holder", Body("\"80/tcp\":[{\"HostPort\":\"7002\"}]"));
        var id = await server.CreateAsync("second", Body("\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7002\"}]"));
        using (var answer = await server.PostAsync($"containers/{id}/start"))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await DockerServer.MessageAsync(answer)).ShouldMatch(
                @"^driver failed programming external connectivity on endpoint second \([0-9a-f]{64}\): Bind for 127\.0\.0\.1:7002 failed: port is already allocated$");
        }
        var state = (await InspectAsync(id)).GetProperty("State");
        (state.GetProperty("Status").GetString(), state.GetProperty("ExitCode").GetInt32()).ShouldBe(("created", 128));
        state.GetProperty("Error").GetString().ShouldEndWith("port is already allocated");
        (await server.LastEventAsync(id, "container_command_failed")).Data.GetProperty("step").GetString().ShouldBe("PublishPorts");

        await server.Worker.ExitAsync(holder, 0);
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.NoContent);
        OrderOf(id).Ports!.Ports.ShouldBe([new PortMapping("127.0.0.1", 7002, 80, "tcp")]);
    }

    [Fact]
    public async Task A_container_that_removes_itself_does_so_too_when_it_gets_no_port()
    {
        await StartedAsync("first-come", Body("\"80/tcp\":[{\"HostPort\":\"7003\"}]"));
        var id = await server.CreateAsync("removes-itself", Body("\"80/tcp\":[{\"HostPort\":\"7003\"}]", host: "\"AutoRemove\":true,"));
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.InternalServerError);
        using var answer = await server.Client.GetAsync($"containers/{id}/json", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Where_any_port_will_do_one_that_another_program_has_is_passed_over()
    {
        var id = await server.CreateAsync("any", Body("\"80/tcp\":[{\"HostPort\":\"7010-7019\"}]"));
        server.Worker.Fails = order => order is Contracts.Orders.StartContainer { Ports.Ports: [{ HostPort: < 7012 } busy] } ? Busy(busy) : null;
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.NoContent);
        OrderOf(id).Ports!.Ports.ShouldBe([new PortMapping("0.0.0.0", 7012, 80, "tcp")]);
        (await server.PsqlAsync($"select port, released_reason from port_leases where container_id = '{id}' order by port")).ShouldBe("7010|start failed\n7011|start failed\n7012|");
    }

    [Fact]
    public async Task Where_a_port_was_named_that_another_program_has_the_start_fails_with_what_the_worker_says()
    {
        var id = await server.CreateAsync("named", Body("\"80/tcp\":[{\"HostPort\":\"7020\"}]"));
        server.Worker.Fails = order => order is Contracts.Orders.StartContainer { Ports.Ports: [var busy] } ? Busy(busy) : null;
        using var answer = await server.PostAsync($"containers/{id}/start");
        (answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe((HttpStatusCode.InternalServerError, "listen tcp4 0.0.0.0:7020: bind: address already in use"));
        server.Worker.Orders.OfType<Contracts.Orders.StartContainer>().Count(o => o.ContainerId == id).ShouldBe(1);
    }

    [Fact]
    public async Task All_exposed_ports_get_one_of_the_hosts_where_that_is_asked_for()
    {
        var id = await StartedAsync("all", """{"Image":"busybox","ExposedPorts":{"80/tcp":{},"53/udp":{}},"HostConfig":{"PublishAllPorts":true}}""");
        var ports = OrderOf(id).Ports!.Ports;
        ports.Select(p => (p.ContainerPort, p.Protocol)).ShouldBe([(53, "udp"), (80, "tcp")]);
        ports.ShouldAllBe(p => p.HostPort >= 1024 && p.HostIp == "0.0.0.0");
    }

    [Fact]
    public async Task Ports_are_filtered_by()
    {
        var id = await StartedAsync("filtered", Body("\"8443/tcp\":[{\"HostPort\":\"7031\"}]", "\"ExposedPorts\":{\"99/udp\":{}},"));
        foreach (var (filter, fits) in ((string, bool)[])[
            ("{\"publish\":[\"7031\"]}", true), ("{\"publish\":[\"7030-7035/tcp\"]}", true), ("{\"publish\":[\"8443\"]}", false),
            ("{\"expose\":[\"99/udp\"]}", true), ("{\"expose\":[\"8443\"]}", true)])
        {
            var found = await server.Client.GetFromJsonAsync<JsonElement[]>("containers/json?all=1&filters=" + Uri.EscapeDataString(filter), Cancellation);
            found!.Any(c => c.GetProperty("Id").GetString() == id).ShouldBe(fits, filter);
        }
    }

    [Fact]
    public async Task Without_a_network_of_its_own_nothing_is_published()
    {
        using (var answer = await server.PostAsync(
            "containers/create?name=on-host", """{"Image":"busybox","HostConfig":{"NetworkMode":"host","PortBindings":{"80/tcp":[{"HostPort":"7040"}]}}}"""))
        {
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("Warnings")[0].GetString()
                .ShouldBe("Published ports are discarded when using host network mode");
        }
        var id = await StartedAsync("on-none", """{"Image":"busybox","HostConfig":{"NetworkMode":"none","PortBindings":{"80/tcp":[{"HostPort":"7040"}]}}}""");
        OrderOf(id).Ports.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"80/tcp\":[{\"HostPort\":\"http\"}]", HttpStatusCode.BadRequest, "invalid port specification: \"http\"")]
    [InlineData("\"x/tcp\":[{\"HostPort\":\"80\"}]", HttpStatusCode.BadRequest, "invalid port specification: \"x\"")]
    [InlineData("\"80/tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"80\"}]", HttpStatusCode.NotImplemented,
        "publishing port 80/tcp at the IPv6 address :: is not built yet: containers have no IPv6 address; name an IPv4 address, or none")]
    public async Task What_cannot_be_is_refused(string bindings, HttpStatusCode status, string message)
    {
        using var answer = await server.PostAsync("containers/create", Body(bindings));
        (answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe((status, message));
    }

    [Fact]
    public async Task Of_starts_at_the_same_moment_one_gets_the_port()
    {
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
            ids.Add(await server.CreateAsync($"racer-{i}", Body("\"80/tcp\":[{\"HostPort\":\"7050\"}]")));
        var answers = await Task.WhenAll(ids.Select(id => StatusAsync($"containers/{id}/start")));
        answers.Count(s => s == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(s => s == HttpStatusCode.InternalServerError).ShouldBe(7);
    }

    private static string Body(string bindings, string config = "", string host = "") =>
        "{\"Image\":\"busybox\"," + config + "\"HostConfig\":{" + host + "\"PortBindings\":{" + bindings + "}}}";

    private static OrderFailure Busy(PortMapping port) =>
        new("PublishPorts", FailureKind.InUse, $"listen tcp4 {port.HostIp}:{port.HostPort}: bind: address already in use", 128) { BusyPort = port };

    private Contracts.Orders.StartContainer OrderOf(string id) => server.Worker.Orders.OfType<Contracts.Orders.StartContainer>().Last(o => o.ContainerId == id);

    private Task<JsonElement> InspectAsync(string id) => server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation);

    private async Task<string> StartedAsync(string name, string json)
    {
        var id = await server.CreateAsync(name, json);
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.NoContent);
        return id;
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await server.PostAsync(path);
        return answer.StatusCode;
    }
}
