namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/json</summary>
public sealed class Listing : Conversation
{
    [Fact]
    public async Task Shows_what_runs_and_on_demand_all()
    {
        var created = await CreateAsync("true");
        var running = await RunAsync("sleep", "1000");
        var ended = await RunToEndAsync("true");
        (await IdsAsync("")).ShouldBe([running]);
        (await IdsAsync("all=1")).ShouldBe([ended, running, created]);
        (await IdsAsync("limit=2")).ShouldBe([ended, running]);
        (await IdsAsync("all=1&limit=1")).ShouldBe([ended]);
    }

    [Fact]
    public async Task Describes_each()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sh", "-c", "sleep 1000"], Labels = new { team = "a" } }, name);
        var c = (await DockerEngine.GetAsync("/containers/json")).With(200).Json.EnumerateArray().Single();
        c.Text("Id").ShouldBe(id);
        c.Texts("Names").ShouldBe(["/" + name]);
        c.Text("Image").ShouldBe(DockerEngine.Image);
        c.Text("ImageID").ShouldStartWith("sha256:");
        c.Text("Command").ShouldBe("sh -c 'sleep 1000'");
        c.Text("Labels", "team").ShouldBe("a");
        c.Text("State").ShouldBe("running");
        c.Text("Status").ShouldMatch("^Up ");
        c.At("Created").GetInt64().ShouldBeInRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 100, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        c.At("Ports").GetArrayLength().ShouldBe(0);
        c.At("Mounts").GetArrayLength().ShouldBe(0);
        c.Text("HostConfig", "NetworkMode").ShouldBe(DockerEngine.IsDockerd ? "default" : "bridge");
        c.Text("NetworkSettings", "Networks", "bridge", "IPAddress").ShouldStartWith("172.");
    }

    [Fact]
    public async Task Filters_by_all_that_is_asked()
    {
        var name = NewName();
        var created = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["true"], Labels = new { team = "a", tier = "1" } }, name);
        var running = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], Labels = new { team = "b" } });
        var ended = await RunToEndAsync("sh", "-c", "exit 3");
        (await FilteredAsync("id", created[..10])).ShouldBe([created]);
        (await FilteredAsync("name", name[2..8])).ShouldBe([created]);
        (await FilteredAsync("name", "^/" + name + "$")).ShouldBe([created]);
        (await FilteredAsync("label", "team")).ShouldBe([running, created]);
        (await FilteredAsync("label", "team=a", "tier")).ShouldBe([created]);
        (await FilteredAsync("label", "team=c")).ShouldBeEmpty();
        (await FilteredAsync("status", "exited")).ShouldBe([ended]);
        (await FilteredAsync("status", "created", "running")).ShouldBe([running, created]);
        (await FilteredAsync("exited", "3")).ShouldBe([ended]);
        (await FilteredAsync("exited", "0")).ShouldBeEmpty();
        (await FilteredAsync("before", ended)).ShouldBe([running, created]);
        (await FilteredAsync("since", created)).ShouldBe([ended, running]);
        (await FilteredAsync("ancestor", DockerEngine.Image)).ShouldBe([ended, running, created]);
        (await FilteredAsync("ancestor", "nosuch")).ShouldBeEmpty();
        (await FilteredAsync("network", "bridge")).ShouldBe([ended, running, created]);
        (await FilteredAsync("network", "host")).ShouldBeEmpty();
        (await FilteredAsync("is-task", "true")).ShouldBeEmpty();
    }

    [Fact]
    public async Task By_exposed_ports()
    {
        var web = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], ExposedPorts = new Dictionary<string, object> { ["80/tcp"] = new { } } });
        await RunAsync("sleep", "1000");
        (await FilteredAsync("expose", "80")).ShouldBe([web]);
        (await FilteredAsync("expose", "80/tcp")).ShouldBe([web]);
        (await FilteredAsync("expose", "79-81/tcp")).ShouldBe([web]);
        (await FilteredAsync("expose", "80/udp")).ShouldBeEmpty();
        (await FilteredAsync("publish", "80")).ShouldBeEmpty();
    }

    [Fact]
    public async Task By_health()
    {
        var id = await CreateAsync("true");
        (await FilteredAsync("health", "none")).ShouldBe([id]);
        (await FilteredAsync("health", "healthy")).ShouldBeEmpty();
        (await DockerEngine.GetAsync("/containers/json?filters=" + Uri.EscapeDataString("""{"health":["fine"]}"""))).Refuses(400, "Unrecognised filter value for health: fine");
    }

    [Theory]
    [InlineData("""{"nonsense":["x"]}""", "Invalid filter 'nonsense'")]
    [InlineData("""{"status":["sleeping"]}""", "Invalid filter 'status=sleeping'")]
    public async Task Refuses_a_filter_that_is_none(string filters, string message) =>
        (await DockerEngine.GetAsync("/containers/json?all=1&filters=" + Uri.EscapeDataString(filters))).RefusesWith(400, message);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"exited":["x"]}""")]
    public async Task Refuses_filters_that_cannot_be_read(string filters) =>
        (await DockerEngine.GetAsync("/containers/json?all=1&filters=" + Uri.EscapeDataString(filters))).With(DockerEngine.BadInput);

    [Theory]
    [InlineData("before")]
    [InlineData("since")]
    public async Task Refuses_a_neighbour_that_is_not_there(string key) =>
        (await DockerEngine.GetAsync("/containers/json?all=1&filters=" + Uri.EscapeDataString($$"""{"{{key}}":["nosuch"]}""")))
            .Refuses(DockerEngine.IsDockerd ? 500 : 404, DockerEngine.IsDockerd ? "no such container nosuch" : "No such container: nosuch");

    private static async Task<string[]> IdsAsync(string query) =>
        [.. (await DockerEngine.GetAsync("/containers/json?" + query)).With(200).Json.EnumerateArray().Select(c => c.Text("Id"))];

    private static Task<string[]> FilteredAsync(string key, params string[] values) => IdsAsync(
        "all=1&filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { [key] = values })));
}
