using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Shiplog.Conformance.Tests.Networks;

/// <summary>HostConfig.PortBindings and PublishAllPorts</summary>
public sealed class Publishing : Conversation
{
    private static readonly string[] Server = ["sh", "-c", "echo hello > /tmp/index.html; echo ready; exec httpd -f -p 80 -h /tmp"];

    [Fact]
    public async Task Is_reached_at_the_port_that_was_asked_for()
    {
        var id = await RunAsync(Body(8099, "127.0.0.1", Server));
        var binding = (await InspectAsync(id)).At("NetworkSettings", "Ports", "80/tcp")[0];
        (binding.Text("HostIp"), binding.Text("HostPort")).ShouldBe(("127.0.0.1", "8099"));
        var port = (await DockerEngine.GetAsync("/containers/json")).Json.EnumerateArray().Single().At("Ports")[0];
        (port.Number("PrivatePort"), port.Number("PublicPort"), port.Text("Type"), port.Text("IP")).ShouldBe((80, 8099, "tcp", "127.0.0.1"));
        await ReachedAsync("http://127.0.0.1:8099/");
    }

    [Fact]
    public async Task Is_reached_from_another_container_and_from_itself()
    {
        var id = await RunAsync(Body(8089, "", Server));
        var gateway = (await InspectAsync(id)).Text("NetworkSettings", "Gateway");
        await ReachedAsync($"http://{gateway}:8089/");
        string[] ask = ["sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 20 {gateway} 8089 | grep hello"];
        (await EndedAsync(await RunAsync(ask))).ShouldBe(0);
        var exec = (await DockerEngine.PostAsync($"/containers/{id}/exec", new { Cmd = ask, AttachStdout = true }))
            .With(201).Json.Text("Id");
        (await DockerEngine.PostAsync($"/exec/{exec}/start", new { Detach = false })).With(200);
        (await DockerEngine.GetAsync($"/exec/{exec}/json")).Json.Number("ExitCode").ShouldBe(0);
    }

    [Fact]
    public async Task At_any_port_is_told_which()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } },
            HostConfig = new { PublishAllPorts = true },
        });
        var inspect = await InspectAsync(id);
        Port(inspect).ShouldBeInRange(1024, 65535);
        inspect.Is("HostConfig", "PublishAllPorts").ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public async Task Where_none_was_named_gets_one(string hostPort)
    {
        var id = await RunAsync(Body(hostPort, ""));
        var inspect = await InspectAsync(id);
        Port(inspect).ShouldBeInRange(1024, 65535);
        inspect.At("HostConfig", "PortBindings", "80/tcp")[0].Text("HostPort").ShouldBe(hostPort, "what was asked for stays as it was");
    }

    [Fact]
    public async Task Of_a_range_gets_the_lowest_free_one()
    {
        Port(await InspectAsync(await RunAsync(Body("8071-8073", "")))).ShouldBe(8071);
        Port(await InspectAsync(await RunAsync(Body("8071-8073", "")))).ShouldBe(8072);
    }

    [Fact]
    public async Task Shows_what_is_exposed_only_as_that()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { }, ["53/udp"] = new { } },
            HostConfig = new { PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostPort = "8096" }] } },
        });
        var ports = (await InspectAsync(id)).At("NetworkSettings", "Ports");
        ports.Keys().ShouldBe(["80/tcp", "53/udp"], ignoreOrder: true);
        ports.At("53/udp").ValueKind.ShouldBe(JsonValueKind.Null);
        var listed = (await DockerEngine.GetAsync("/containers/json")).Json.EnumerateArray().Single().At("Ports").EnumerateArray().ToList();
        var exposed = listed.Single(p => p.Text("Type") == "udp");
        exposed.Keys().ShouldBe(["PrivatePort", "Type"], ignoreOrder: true);
        listed.Where(p => p.Text("Type") == "tcp").Select(p => (p.Number("PublicPort"), p.Text("IP"))).ShouldContain((8096, "0.0.0.0"));
    }

    [Fact]
    public async Task Need_not_be_exposed_besides()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            HostConfig = new { PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostPort = "8088" }] } },
        });
        var inspect = await InspectAsync(id);
        if (DockerEngine.IsDockerd)
            inspect.At("NetworkSettings", "Ports").EnumerateObject().ShouldBeEmpty("an accepted difference");
        else
            (Port(inspect), inspect.Keys("Config", "ExposedPorts").Single()).ShouldBe((8088, "80/tcp"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_an_empty_list_is_exposed_and_gets_a_port_where_all_do(bool all)
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } },
            HostConfig = new { PublishAllPorts = all, PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [] } },
        });
        (await InspectAsync(id)).At("NetworkSettings", "Ports", "80/tcp").ValueKind.ShouldBe(all ? JsonValueKind.Array : JsonValueKind.Null);
    }

    [Fact]
    public async Task Is_over_when_the_container_stops_and_begins_again_with_it()
    {
        var id = await RunAsync(Body(8095, "", Server));
        await ReachedAsync("http://127.0.0.1:8095/");
        (await DockerEngine.PostAsync($"/containers/{id}/stop?t=0")).With(204);
        (await InspectAsync(id)).At("NetworkSettings", "Ports").EnumerateObject().ShouldBeEmpty();
        using (var program = new TcpListener(IPAddress.Any, 8095))
            program.Start();
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(204);
        await ReachedAsync("http://127.0.0.1:8095/");
        (await DockerEngine.PostAsync($"/containers/{id}/restart?t=0")).With(204);
        await ReachedAsync("http://127.0.0.1:8095/");
    }

    [Fact]
    public async Task At_a_port_that_another_container_has_is_refused()
    {
        await RunAsync(Body(8098, ""));
        var name = NewName();
        var second = await CreateAsync(Body(8098, ""), name);
        var refused = await DockerEngine.PostAsync($"/containers/{second}/start");
        refused.RefusesWith(500, "Bind for 0.0.0.0:8098 failed: port is already allocated");
        refused.Message.ShouldMatch($@"^driver failed programming external connectivity on endpoint {name} \([0-9a-f]{{64}}\): ");
        var state = await StateAsync(second);
        (state.Text("Status"), state.Number("ExitCode")).ShouldBe(("created", 128));
        state.Text("Error").ShouldContain("port is already allocated");
    }

    [Fact]
    public async Task At_a_port_that_another_program_has_is_refused()
    {
        using var program = new TcpListener(IPAddress.Loopback, 8094);
        program.Start();
        var id = await CreateAsync(Body(8094, ""));
        var refused = await DockerEngine.PostAsync($"/containers/{id}/start");
        refused.RefusesWith(500, "listen tcp4 0.0.0.0:8094: bind: address already in use");
        refused.Message.ShouldStartWith("driver failed programming external connectivity on endpoint ");
        (await InspectAsync(id)).At("NetworkSettings", "Ports").EnumerateObject().ShouldBeEmpty();
        program.Stop();
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(204);
    }

    [Fact]
    public async Task Keeps_other_programs_off_the_port()
    {
        await RunAsync(Body(8093, ""));
        using var program = new TcpListener(IPAddress.Any, 8093);
        Should.Throw<SocketException>(program.Start).SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public async Task Is_filtered_by_the_hosts_port()
    {
        var id = await RunAsync(Body(8092, ""));
        await RunAsync("sleep", "1000");
        foreach (var (filter, found) in ((string, bool)[])[("8092", true), ("8092/tcp", true), ("8090-8095", true), ("8092/udp", false), ("80", false)])
        {
            var query = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["publish"] = [filter] }));
            (await DockerEngine.GetAsync("/containers/json?all=1&filters=" + query)).With(200).Json.EnumerateArray().Select(c => c.Text("Id"))
                .ShouldBe(found ? [id] : [], filter);
        }
    }

    [Theory]
    [InlineData("x/tcp", "80", "invalid port specification: \"x\"")]
    [InlineData("80/tcp", "http", "invalid port specification: \"http\"")]
    [InlineData("80/tcp", "70000", "invalid port specification: \"70000\"")]
    [InlineData("80/tcp", "8010-8000", "invalid port specification: \"8010-8000\"")]
    public async Task Refuses_what_is_no_port(string port, string hostPort, string message) => (await DockerEngine.PostAsync("/containers/create", new
    {
        DockerEngine.Image,
        HostConfig = new { PortBindings = new Dictionary<string, object[]> { [port] = [new { HostPort = hostPort }] } },
    })).Refuses(400, message);

    [Fact]
    public async Task Is_left_out_on_the_hosts_network_with_a_warning()
    {
        var made = (await DockerEngine.PostAsync("/containers/create", new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            HostConfig = new { NetworkMode = "host", PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostPort = "8091" }] } },
        })).With(201).Json;
        ForgetContainer(made.Text("Id"));
        made.Texts("Warnings").ShouldBe(["Published ports are discarded when using host network mode"]);
        await StartAsync(made.Text("Id"));
        (await InspectAsync(made.Text("Id"))).At("NetworkSettings", "Ports").EnumerateObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task Is_left_out_without_a_network()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            HostConfig = new { NetworkMode = "none", PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostPort = "8090" }] } },
        });
        (await InspectAsync(id)).At("NetworkSettings", "Ports").EnumerateObject().ShouldBeEmpty();
    }

    private static object Body(int hostPort, string hostIp, string[]? cmd = null) => Body(hostPort.ToString(CultureInfo.InvariantCulture), hostIp, cmd);

    private static object Body(string hostPort, string hostIp, string[]? cmd = null) => new
    {
        DockerEngine.Image,
        Cmd = cmd ?? ["sleep", "1000"],
        ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } },
        HostConfig = new { PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostIp = hostIp, HostPort = hostPort }] } },
    };

    private static int Port(JsonElement inspect) =>
        int.Parse(inspect.At("NetworkSettings", "Ports", "80/tcp")[0].Text("HostPort"), CultureInfo.InvariantCulture);

    private static async Task ReachedAsync(string url)
    {
        using var http = new HttpClient();
        await EventuallyAsync(async () =>
        {
            try
            {
                return (await http.GetStringAsync(url, Cancellation)).Trim() == "hello";
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                return false;
            }
        });
    }
}
