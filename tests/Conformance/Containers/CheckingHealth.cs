namespace Shiplog.Conformance.Tests.Containers;

/// <summary>Healthcheck, and State.Health</summary>
public sealed class CheckingHealth : Conversation
{
    private const long Second = 1_000_000_000;

    [Fact]
    public async Task Goes_from_starting_to_healthy_to_unhealthy()
    {
        var began = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var id = await RunAsync(Body("test -e /tmp/well"));
        var state = await StateAsync(id);
        state.Text("Health", "Status").ShouldBe("starting");
        (await DockerEngine.GetAsync("/containers/json")).Json.EnumerateArray().Single().Text("Status").ShouldEndWith("(health: starting)");
        await ExecAsync(id, "touch", "/tmp/well");
        await EventuallyAsync(async () => (await StateAsync(id)).Text("Health", "Status") == "healthy");
        (await DockerEngine.GetAsync("/containers/json")).Json.EnumerateArray().Single().Text("Status").ShouldEndWith("(healthy)");
        await ExecAsync(id, "rm", "/tmp/well");
        await EventuallyAsync(async () => (await StateAsync(id)).Text("Health", "Status") == "unhealthy");
        var health = (await StateAsync(id)).At("Health");
        health.Number("FailingStreak").ShouldBeGreaterThanOrEqualTo(2);
        var last = health.At("Log").EnumerateArray().Last();
        last.Keys().ShouldBe(["Start", "End", "ExitCode", "Output"], ignoreOrder: true);
        last.Number("ExitCode").ShouldBe(1);
        var events = (await DockerEngine.GetAsync($"/events?since={began}&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}")).Lines
            .Where(e => e.Text("Actor", "ID") == id && e.Text("Action").StartsWith("health_status", StringComparison.Ordinal)).Select(e => e.Text("Action"));
        events.ShouldBe(["health_status: healthy", "health_status: unhealthy"]);
    }

    [Fact]
    public async Task Is_filtered_by()
    {
        var id = await RunAsync(Body("true"));
        await RunAsync("sleep", "1000");
        await EventuallyAsync(async () => (await StateAsync(id)).Text("Health", "Status") == "healthy");
        var found = (await DockerEngine.GetAsync("/containers/json?filters=" + Uri.EscapeDataString("""{"health":["healthy"]}"""))).With(200).Json;
        found.EnumerateArray().Select(c => c.Text("Id")).ShouldBe([id]);
    }

    [Fact]
    public async Task Of_none_is_none()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], Healthcheck = new { Test = (string[])["NONE"] } });
        (await StateAsync(id)).TryGetProperty("Health", out _).ShouldBeFalse();
    }

    private static object Body(string test) => new
    {
        DockerEngine.Image,
        Cmd = (string[])["sleep", "1000"],
        Healthcheck = new { Test = (string[])["CMD-SHELL", test], Interval = Second / 2, Timeout = 10 * Second, StartPeriod = (long?)null, Retries = 2 }, // as compose has it
    };

    private static async Task ExecAsync(string id, params string[] cmd)
    {
        var exec = (await DockerEngine.PostAsync($"/containers/{id}/exec", new { Cmd = cmd })).With(201).Json.Text("Id");
        (await DockerEngine.PostJsonAsync($"/exec/{exec}/start", """{"Detach":false}""")).With(200);
    }
}
