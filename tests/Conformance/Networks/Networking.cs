namespace Shiplog.Conformance.Tests.Networks;

/// <summary>/networks</summary>
public sealed class Networking : Conversation
{
    private readonly string _name = "n" + NewName();

    [Fact]
    public async Task Is_made_shown_listed_and_removed()
    {
        var answer = (await DockerEngine.PostAsync("/networks/create", new { Name = _name, CheckDuplicate = true, Labels = new { team = "a" } })).With(201).Json;
        var id = answer.Text("Id");
        answer.Text("Warning").ShouldBe("");
        var network = await ShowAsync(_name);
        network.Text("Id").ShouldBe(id);
        network.Text("Driver").ShouldBe("bridge");
        network.Text("Scope").ShouldBe("local");
        network.Text("Labels", "team").ShouldBe("a");
        network.Is("Internal").ShouldBeFalse();
        network.At("IPAM", "Config")[0].Text("Subnet").ShouldMatch(@"^\d+\.\d+\.\d+\.\d+/\d+$");
        network.At("IPAM", "Config")[0].Text("Gateway").ShouldMatch(@"^\d+\.\d+\.\d+\.\d+$");
        (await ShowAsync(id[..12])).Text("Name").ShouldBe(_name);
        (await NamesAsync("name", _name)).ShouldBe([_name]);
        (await NamesAsync("label", "team=a")).ShouldBe([_name]);
        (await NamesAsync("driver", "bridge")).ShouldContain(_name);
        (await NamesAsync("type", "builtin")).ShouldNotContain(_name);
        (await NamesAsync("type", "custom")).ShouldContain(_name);
        (await DockerEngine.DeleteAsync($"/networks/{_name}")).With(204);
        (await DockerEngine.GetAsync($"/networks/{_name}")).RefusesWith(404, $"network {_name} not found");
    }

    [Fact]
    public async Task Has_the_subnet_that_was_asked_for_and_gives_addresses_of_it()
    {
        await MakeAsync(new { Name = _name, IPAM = new { Config = (object[])[new { Subnet = "10.99.7.0/24", Gateway = "10.99.7.9" }] } });
        try
        {
            var id = await RunAsync(new
            {
                DockerEngine.Image,
                Cmd = (string[])["sleep", "1000"],
                HostConfig = new { NetworkMode = _name },
                NetworkingConfig = new { EndpointsConfig = new Dictionary<string, object> { [_name] = new { IPAMConfig = new { IPv4Address = "10.99.7.77" }, Aliases = (string[])["web"] } } },
            });
            var endpoint = (await InspectAsync(id)).At("NetworkSettings", "Networks", _name);
            endpoint.Text("IPAddress").ShouldBe("10.99.7.77");
            endpoint.Text("Gateway").ShouldBe("10.99.7.9");
            endpoint.Texts("Aliases").ShouldContain("web");
            (await ShowAsync(_name)).At("Containers", id).Text("IPv4Address").ShouldBe("10.99.7.77/24");
            (await DockerEngine.DeleteAsync($"/networks/{_name}")).RefusesWith(403, $"network {_name}");
            (await DockerEngine.DeleteAsync($"/containers/{id}?force=1")).With(204);
        }
        finally
        {
            (await DockerEngine.DeleteAsync($"/networks/{_name}")).With(204);
        }
    }

    [Fact]
    public async Task Is_joined_and_left_while_running()
    {
        await MakeAsync(new { Name = _name });
        try
        {
            var id = await RunAsync("sleep", "1000");
            (await DockerEngine.PostAsync($"/networks/{_name}/connect", new { Container = id })).With(200);
            (await InspectAsync(id)).Keys("NetworkSettings", "Networks").ShouldBe(["bridge", _name], ignoreOrder: true);
            (await DockerEngine.PostAsync($"/networks/{_name}/disconnect", new { Container = id })).With(200);
            (await InspectAsync(id)).Keys("NetworkSettings", "Networks").ShouldBe(["bridge"]);
        }
        finally
        {
            (await DockerEngine.DeleteAsync($"/networks/{_name}")).With(204);
        }
    }

    [Fact]
    public async Task Lets_containers_find_each_other_by_name()
    {
        await MakeAsync(new { Name = _name });
        try
        {
            var server = await RunAsync(new { DockerEngine.Image, Cmd = Polite, HostConfig = new { NetworkMode = _name } }, _name + "-server");
            var client = await RunAsync(new
            {
                DockerEngine.Image,
                Cmd = (string[])["ping", "-c", "1", "-W", "10", _name + "-server"],
                HostConfig = new { NetworkMode = _name },
            });
            (await EndedAsync(client)).ShouldBe(0);
            foreach (var id in (string[])[client, server])
                (await DockerEngine.DeleteAsync($"/containers/{id}?force=1")).With(204);
        }
        finally
        {
            (await DockerEngine.DeleteAsync($"/networks/{_name}")).With(204);
        }
    }

    [Fact]
    public async Task Is_pruned_where_nobody_is_in_it()
    {
        await MakeAsync(new { Name = _name, Labels = new { prune = _name } });
        var filters = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = ["prune=" + _name] }));
        (await DockerEngine.PostAsync("/networks/prune?filters=" + filters)).With(200).Json.Texts("NetworksDeleted").ShouldBe([_name]);
    }

    [Fact]
    public async Task The_default_ones_are_there_and_stay()
    {
        (await NamesAsync("type", "builtin")).ShouldBe(["bridge", "host", "none"], ignoreOrder: true);
        (await DockerEngine.DeleteAsync("/networks/bridge")).RefusesWith(403, "bridge is a pre-defined network and cannot be removed");
        (await DockerEngine.PostAsync("/networks/create", new { Name = "host" })).With(403);
    }

    [Fact]
    public async Task Refuses_what_makes_no_sense()
    {
        (await DockerEngine.DeleteAsync("/networks/nosuch")).RefusesWith(404, "network nosuch not found");
        await MakeAsync(new { Name = _name });
        try
        {
            (await DockerEngine.PostAsync("/networks/create", new { Name = _name, CheckDuplicate = true })).Refuses(409, $"network with name {_name} already exists");
        }
        finally
        {
            (await DockerEngine.DeleteAsync($"/networks/{_name}")).With(204);
        }
    }

    private static async Task MakeAsync(object body) => (await DockerEngine.PostAsync("/networks/create", body)).With(201);

    private static async Task<JsonElement> ShowAsync(string name) => (await DockerEngine.GetAsync($"/networks/{name}")).With(200).Json;

    private static async Task<string[]> NamesAsync(string key, string value) =>
    [
        .. (await DockerEngine.GetAsync("/networks?filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = [value] }))))
            .With(200).Json.EnumerateArray().Select(n => n.Text("Name")),
    ];
}
