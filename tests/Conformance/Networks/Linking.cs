namespace Shiplog.Conformance.Tests.Networks;

/// <summary>HostConfig.Links: containers of the default network that know each other</summary>
public sealed class Linking : Conversation
{
    private readonly string _other = NewName(), _own = NewName();

    [Fact]
    public async Task Tells_the_address_the_ports_and_the_environment()
    {
        var other = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sleep", "1000"],
            Hostname = "landlord",
            Env = (string[])["SECRET=of the other", "EMPTY="],
            ExposedPorts = new Dictionary<string, object> { ["81/udp"] = new { }, ["80/tcp"] = new { }, ["7000/tcp"] = new { }, ["7001/tcp"] = new { }, ["7002/tcp"] = new { } },
        }, _other);
        var address = (await InspectAsync(other)).Text("NetworkSettings", "Networks", "bridge", "IPAddress");
        var id = await RunAsync(Linked($"{_other}:my-db", "sh", "-c", "grep my-db /etc/hosts; env | grep ^MY_DB_ | sort; ping -c 1 -W 5 my-db >/dev/null && echo reached; sleep 1000"), _own);
        string[] lines =
        [
            $"{address}\tmy-db landlord {_other}",
            "MY_DB_ENV_EMPTY=", "MY_DB_ENV_SECRET=of the other", $"MY_DB_NAME=/{_own}/my-db",
            $"MY_DB_PORT=tcp://{address}:80",
            $"MY_DB_PORT_7000_TCP=tcp://{address}:7000", $"MY_DB_PORT_7000_TCP_ADDR={address}", $"MY_DB_PORT_7000_TCP_END=tcp://{address}:7002",
            "MY_DB_PORT_7000_TCP_PORT=7000", "MY_DB_PORT_7000_TCP_PORT_END=7002", "MY_DB_PORT_7000_TCP_PORT_START=7000", "MY_DB_PORT_7000_TCP_PROTO=tcp",
            $"MY_DB_PORT_7000_TCP_START=tcp://{address}:7000",
        ];
        await SaidAsync(id, "reached");
        var said = (await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).With(200).Text;
        foreach (var line in lines)
            said.ShouldContain(line + "\n");
        said.ShouldContain($"MY_DB_PORT_80_TCP_ADDR={address}\n");
        said.ShouldContain("MY_DB_PORT_81_UDP_PROTO=udp\n");
        (await InspectAsync(id)).Texts("HostConfig", "Links").ShouldBe([$"/{_other}:/{_own}/my-db"]);
    }

    [Fact]
    public async Task Without_an_alias_it_is_known_by_its_name_and_ones_own_words_win()
    {
        await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], Env = (string[])["A=b"] }, _other);
        var variable = _other.ToUpperInvariant() + "_ENV_A";
        var id = await RunAsync(new
        {
            DockerEngine.Image,
            Cmd = (string[])["sh", "-c", $"ping -c 1 -W 5 {_other} >/dev/null && echo ${variable}; sleep 1000"],
            Env = (string[])[variable + "=own"],
            HostConfig = new { Links = (string[])[_other] },
        });
        await SaidAsync(id, "own");
    }

    [Fact]
    public async Task To_one_that_does_not_run_is_refused_at_the_start()
    {
        var other = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _other);
        var id = await CreateAsync(Linked($"{_other}:db", "true"), _own);
        (await DockerEngine.PostAsync($"/containers/{id}/start"))
            .RefusesWith(DockerEngine.IsDockerd ? 500 : 409, $"Cannot link to a non running container: /{_other} AS /{_own}/db");
        (await StateAsync(id)).Number("ExitCode").ShouldBe(128);
        await StartAsync(other);
        await StartAsync(id);
        (await EndedAsync(id)).ShouldBe(0);
    }

    [Fact]
    public async Task To_none_is_refused() =>
        (await DockerEngine.PostAsync("/containers/create", Linked("nosuch:db", "true"))).RefusesWith(400, "could not get container for nosuch: No such container: nosuch");

    [Fact]
    public async Task From_the_hosts_network_is_refused()
    {
        await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, _other);
        (await DockerEngine.PostAsync("/containers/create", new { DockerEngine.Image, Cmd = (string[])["true"], HostConfig = new { NetworkMode = "host", Links = (string[])[_other] } }))
            .RefusesWith(400, "conflicting options: host type networking can't be used with links");
    }

    private static object Linked(string link, params string[] cmd) => new { DockerEngine.Image, Cmd = cmd, HostConfig = new { Links = (string[])[link] } };
}
