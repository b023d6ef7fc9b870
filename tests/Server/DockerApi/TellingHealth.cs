using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class TellingHealth(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private const string Checked = """
        {"Image":"busybox","Healthcheck":{"Test":["CMD-SHELL","test -e /ok"],"Interval":5000000000,"Retries":2}}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_change_is_seen_in_ps_inspect_and_events()
    {
        var id = await StartedAsync("checked", Checked);
        (await ItemAsync("health=starting")).GetProperty("Status").GetString()!.ShouldEndWith(" (health: starting)");
        await server.Worker.BecomeAsync(id, "starting", "healthy");
        (await ItemAsync("health=healthy")).GetProperty("Status").GetString()!.ShouldEndWith(" (healthy)");

        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", """
            {"Run":"r","Status":"healthy","FailingStreak":1,"Log":[{"Start":"2026-03-03T14:03:00+00:00","End":"2026-03-03T14:03:01+00:00","ExitCode":1,"Output":"no"}]}
            """);
        var inspect = await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation);
        var health = inspect.GetProperty("State").GetProperty("Health");
        health.GetProperty("Status").GetString().ShouldBe("healthy");
        health.GetProperty("FailingStreak").GetInt32().ShouldBe(1);
        var probe = health.GetProperty("Log").EnumerateArray().ShouldHaveSingleItem();
        (probe.GetProperty("Start").GetString(), probe.GetProperty("ExitCode").GetInt32(), probe.GetProperty("Output").GetString())
            .ShouldBe(("2026-03-03T14:03:00Z", 1, "no"));
        var check = inspect.GetProperty("Config").GetProperty("Healthcheck");
        (check.GetProperty("Interval").GetInt64(), check.GetProperty("Retries").GetInt32(), check.TryGetProperty("Timeout", out _))
            .ShouldBe((5_000_000_000, 2, false));

        var changed = await server.LastEventAsync(id, "container_health_changed");
        (changed.Cause, changed.Actor).ShouldBe(("health", "system"));
        var until = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1;
        var events = await server.Client.GetStringAsync($"events?since=0&until={until}&filters={{\"container\":[\"{id}\"]}}", Cancellation);
        events.ShouldContain("\"Action\":\"health_status: healthy\"");
        events.ShouldNotContain("exec_");
    }

    [Fact]
    public async Task With_the_worker_away_inspect_says_what_is_recorded()
    {
        var id = await StartedAsync("alone", Checked);
        server.Worker.IsAway = true;
        try
        {
            var state = (await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation)).GetProperty("State");
            state.GetProperty("Health").GetProperty("Status").GetString().ShouldBe("starting");
        }
        finally
        {
            server.Worker.IsAway = false;
        }
    }

    [Fact]
    public async Task Without_a_check_there_is_no_health_and_NONE_is_none()
    {
        var id = await StartedAsync("unchecked", """{"Image":"busybox","Healthcheck":{"Test":["NONE"]}}""");
        (await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation)).GetProperty("State").TryGetProperty("Health", out _).ShouldBeFalse();
        using var refused = await server.PostAsync("containers/create", """{"Image":"busybox","Healthcheck":{"Test":["CMD","true"],"Interval":1}}""");
        (refused.StatusCode, await DockerServer.MessageAsync(refused)).ShouldBe(
            (HttpStatusCode.BadRequest, "Interval in Healthcheck cannot be less than 1ms"));
    }

    private async Task<string> StartedAsync(string name, string json)
    {
        var id = await server.CreateAsync(name, json);
        using var answer = await server.PostAsync($"containers/{id}/start");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return id;
    }

    private async Task<JsonElement> ItemAsync(string filter) => (await server.Client.GetFromJsonAsync<JsonElement[]>(
        $"containers/json?filters={{\"name\":[\"^/?checked$\"],\"{filter.Split('=')[0]}\":[\"{filter.Split('=')[1]}\"]}}", Cancellation))!.ShouldHaveSingleItem();
}
