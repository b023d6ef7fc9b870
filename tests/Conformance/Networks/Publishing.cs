using System.Net.Sockets;

namespace Shiplog.Conformance.Tests.Networks;

/// <summary>HostConfig.PortBindings and PublishAllPorts</summary>
public sealed class Publishing : Conversation
{
    private static readonly string[] Server = ["sh", "-c", "echo hello > /tmp/index.html; echo ready; exec httpd -f -p 80 -h /tmp"];

    [Fact]
    public async Task Is_reached_at_the_port_that_was_asked_for()
    {
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = Server,
            ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } },
            HostConfig = new { PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostIp = "127.0.0.1", HostPort = "8099" }] } },
        });
        var binding = (await InspectAsync(id)).At("NetworkSettings", "Ports", "80/tcp")[0];
        binding.Text("HostIp").ShouldBe("127.0.0.1");
        binding.Text("HostPort").ShouldBe("8099");
        var port = (await DockerEngine.GetAsync("/containers/json")).Json.EnumerateArray().Single().At("Ports")[0];
        (port.Number("PrivatePort"), port.Number("PublicPort"), port.Text("Type"), port.Text("IP")).ShouldBe((80, 8099, "tcp", "127.0.0.1"));
        using var http = new HttpClient();
        await EventuallyAsync(async () =>
        {
            try
            {
                return (await http.GetStringAsync("http://127.0.0.1:8099/", Cancellation)).Trim() == "hello";
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                return false;
            }
        });
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
        int.Parse((await InspectAsync(id)).At("NetworkSettings", "Ports", "80/tcp")[0].Text("HostPort"), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeInRange(1024, 65535);
    }

    [Fact]
    public async Task At_a_port_that_is_taken_is_refused()
    {
        object Body() => new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } },
            HostConfig = new { PortBindings = new Dictionary<string, object[]> { ["80/tcp"] = [new { HostPort = "8098" }] } },
        };
        await RunAsync(Body());
        var second = await CreateAsync(Body());
        (await DockerEngine.PostAsync($"/containers/{second}/start")).RefusesWith(500, "port is already allocated");
    }
}
