namespace Shiplog.Conformance.Tests.Networks;

/// <summary>A container in another one's network: NetworkMode <c>container:…</c></summary>
public sealed class SharingANetwork : Conversation
{
    private readonly string _host = NewName();

    [Fact]
    public async Task Has_the_others_interfaces_names_and_files()
    {
        var host = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sh", "-c", "mkdir /www; echo served > /www/index.html; httpd -f -p 127.0.0.1:8077 -h /www"],
            Hostname = "landlord",
            HostConfig = new { ExtraHosts = (string[])["elsewhere:10.9.9.9"] },
        }, _host);
        var guest = await RunAsync(In(
            _host, "sh", "-c",
            "until wget -q -O - http://127.0.0.1:8077/; do sleep 0.1; done; hostname; grep -c elsewhere /etc/hosts; cat /etc/hostname; echo done; sleep 1000"));
        await SaidAsync(guest, "served\nlandlord\n1\nlandlord\ndone");
        var (shown, hosts) = (await InspectAsync(guest), await InspectAsync(host));
        shown.Text("HostConfig", "NetworkMode").ShouldBe("container:" + host);
        shown.Text("Config", "Hostname").ShouldBe("landlord");
        foreach (var path in (string[])["HostsPath", "HostnamePath", "ResolvConfPath"])
            shown.Text(path).ShouldBe(hosts.Text(path));
        shown.Keys("NetworkSettings", "Networks").ShouldBeEmpty();
        shown.Text("NetworkSettings", "IPAddress").ShouldBeEmpty();
        var listed = (await DockerEngine.GetAsync("/containers/json?filters=" + Uri.EscapeDataString($"{{\"id\":[\"{guest}\"]}}"))).With(200).Json[0];
        listed.Text("HostConfig", "NetworkMode").ShouldBe("container:" + host);
        listed.Keys("NetworkSettings", "Networks").ShouldBeEmpty();
    }

    [Fact]
    public async Task Outlives_a_new_name_of_the_other_and_each_start_joins_anew()
    {
        var host = await RunAsync(new { DockerEngine.Image, Cmd = Polite }, _host);
        var guest = await CreateAsync(In(_host, "sh", "-c", "ip -o -4 addr show eth0 | wc -l"));
        (await DockerEngine.PostAsync($"/containers/{host}/rename?name={NewName()}")).With(204);
        await StartAsync(guest);
        await EndedAsync(guest);
        (await DockerEngine.PostAsync($"/containers/{host}/restart?t=1")).With(204);
        await StartAsync(guest);
        await EndedAsync(guest);
        (await DockerEngine.GetAsync($"/containers/{guest}/logs?stdout=1&tail=all")).With(200).Text.Count(c => c == '1').ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_guest_may_have_guests()
    {
        await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], Hostname = "landlord" }, _host);
        var guest = await RunAsync(In(_host, "sleep", "1000"));
        var further = await RunAsync(In(guest, "sh", "-c", "hostname; ip -o -4 addr show eth0 | wc -l; echo done; sleep 1000"));
        await SaidAsync(further, "landlord\n1\ndone");
    }

    [Fact]
    public async Task Goes_on_without_interfaces_when_the_other_ends()
    {
        var host = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _host);
        var guest = await RunAsync(In(_host, "sh", "-c", "until ip link show eth0; do sleep 0.1; done; echo joined; while ip link show eth0; do sleep 0.1; done; echo alone; sleep 1000"));
        await SaidAsync(guest, "joined");
        (await DockerEngine.PostAsync($"/containers/{host}/kill")).With(204);
        await SaidAsync(guest, "alone");
        (await StateAsync(guest)).Is("Running").ShouldBeTrue();
    }

    [Fact]
    public async Task Of_one_that_does_not_run_is_refused_at_the_start()
    {
        var host = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _host);
        var guest = await CreateAsync(In(_host, "true"));
        (await DockerEngine.PostAsync($"/containers/{guest}/start")).RefusesWith(409, $"cannot join network of a non running container: {host}");
        (await StateAsync(guest)).Text("Status").ShouldBe("created");
        (await StateAsync(guest)).Number("ExitCode").ShouldBe(128);
        await StartAsync(host);
        await StartAsync(guest);
        (await EndedAsync(guest)).ShouldBe(0);
    }

    [Fact]
    public async Task Of_one_that_is_gone_is_refused_at_the_start()
    {
        var host = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _host);
        var guest = await CreateAsync(In(_host, "true"));
        (await DockerEngine.DeleteAsync($"/containers/{host}?force=1")).With(204);
        (await DockerEngine.PostAsync($"/containers/{guest}/start")).RefusesWith(404, $"No such container: {host}");
    }

    [Fact]
    public async Task Of_none_is_refused_at_the_start()
    {
        var guest = await CreateAsync(In("nosuch", "true"));
        (await DockerEngine.PostAsync($"/containers/{guest}/start")).RefusesWith(404, "No such container: nosuch");
        (await DockerEngine.PostAsync("/containers/create", In("", "true"))).RefusesWith(400, "invalid container format container:<name|id>");
    }

    [Fact]
    public async Task Of_itself_is_refused()
    {
        var id = await CreateAsync(In(_host, "true"), _host);
        (await InspectAsync(id)).Text("Id").ShouldBe(id);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).RefusesWith(DockerEngine.IsDockerd ? 500 : 400, "cannot join own network");
    }

    [Theory]
    [InlineData("""{"Hostname":"other"}""", "{}", "conflicting options: hostname and the network mode")]
    [InlineData("""{"MacAddress":"02:42:ac:11:00:99"}""", "{}", "conflicting options: mac-address and the network mode")]
    [InlineData("""{"ExposedPorts":{"80/tcp":{}}}""", "{}", "conflicting options: port exposing and the container type network mode")]
    [InlineData("{}", """{"Links":["a:b"]}""", "conflicting options: container type network can't be used with links")]
    [InlineData("{}", """{"Dns":["10.0.0.1"]}""", "conflicting options: dns and the network mode")]
    [InlineData("{}", """{"ExtraHosts":["a:10.0.0.1"]}""", "conflicting options: custom host-to-IP mapping and the network mode")]
    [InlineData("{}", """{"PortBindings":{"80/tcp":[{"HostPort":"8099"}]}}""", "conflicting options: port publishing and the container type network mode")]
    [InlineData("{}", """{"PublishAllPorts":true}""", "conflicting options: port publishing and the container type network mode")]
    public async Task Leaves_no_choice_about_the_network(string config, string host, string refusal)
    {
        await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["true"] }, _host);
        var body = System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject();
        body["Image"] = DockerEngine.Image;
        body["HostConfig"] = System.Text.Json.Nodes.JsonNode.Parse(host);
        body["HostConfig"]!["NetworkMode"] = "container:" + _host;
        (await DockerEngine.PostAsync("/containers/create", body)).RefusesWith(400, refusal);
    }

    [Fact]
    public async Task Cannot_be_connected_to_another_network()
    {
        await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _host);
        var guest = await RunAsync(In(_host, "sleep", "1000"));
        (await DockerEngine.PostAsync("/networks/bridge/connect", new { Container = guest }))
            .RefusesWith(400, "container sharing network namespace with another container or host cannot be connected to any other network");
    }

    private static object In(string container, params string[] cmd) =>
        new { DockerEngine.Image, Cmd = cmd, HostConfig = new { NetworkMode = "container:" + container } };
}
