using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class ALifeOverTheSocket(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Worker.Fails = _ => null;
        server.Worker.IsAway = false;
        await server.PullBusyboxAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Created_started_waited_for_and_gone_by_itself()
    {
        var id = await server.CreateAsync("rm", """{"Image":"busybox","Labels":{"team":"a"},"HostConfig":{"AutoRemove":true}}""");
        using var wait = await server.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"containers/{id}/wait?condition=removed"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        wait.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.NoContent);
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.NotModified);
        await server.Worker.ExitAsync(id, 7);
        (await wait.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("StatusCode").GetInt32().ShouldBe(7);
        using var gone = await server.Client.GetAsync($"containers/{id}/json", Cancellation);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await DockerServer.MessageAsync(gone)).ShouldBe($"No such container: {id}");
        (await ActionsAsync(id)).ShouldBe(
        [
            "container create", "container mount-rootfs", "network connect", "container assign-ip", "container start", "container die",
            "container release-ip", "network disconnect", "container unmount-rootfs", "container destroy",
        ]);
    }

    [Fact]
    public async Task A_running_container_is_listed_and_inspected_with_its_address()
    {
        var id = await StartedAsync("shown");
        var item = (await server.Client.GetFromJsonAsync<JsonElement[]>("containers/json?filters={\"name\":[\"^/?shown$\"]}", Cancellation))!.ShouldHaveSingleItem();
        item.GetProperty("Id").GetString().ShouldBe(id);
        item.GetProperty("Names")[0].GetString().ShouldBe("/shown");
        item.GetProperty("Image").GetString().ShouldBe("busybox");
        item.GetProperty("State").GetString().ShouldBe("running");
        item.GetProperty("Status").GetString()!.ShouldStartWith("Up ");
        item.GetProperty("Command").GetString().ShouldBe("sh");
        var network = (await server.Client.GetFromJsonAsync<JsonElement>("containers/shown/json", Cancellation)).GetProperty("NetworkSettings");
        var address = network.GetProperty("IPAddress").GetString()!;
        address.ShouldStartWith("10.77.");
        network.GetProperty("Networks").GetProperty("bridge").GetProperty("IPAddress").GetString().ShouldBe(address);
        network.GetProperty("Gateway").GetString().ShouldBe("10.77.0.1");
        network.GetProperty("MacAddress").GetString().ShouldStartWith("02:42:");
    }

    [Fact]
    public async Task Stopped_and_removed()
    {
        var id = await StartedAsync("stopped");
        using var refused = await server.Client.DeleteAsync("containers/stopped", Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await DockerServer.MessageAsync(refused)).ShouldBe(
            "cannot remove container \"stopped\": container is running: stop the container before removing or force remove");
        (await StatusAsync("containers/stopped/stop?t=3")).ShouldBe(HttpStatusCode.NoContent);
        (await StatusAsync("containers/stopped/stop")).ShouldBe(HttpStatusCode.NotModified);
        using var kill = await server.PostAsync("containers/stopped/kill");
        (await DockerServer.MessageAsync(kill)).ShouldBe($"cannot kill container: stopped: container {id} is not running");
        (await server.Client.DeleteAsync("containers/stopped", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ActionsAsync(id)).TakeLast(6).ShouldBe(
            ["container die", "container release-ip", "network disconnect", "container unmount-rootfs", "container stop", "container destroy"]);
    }

    [Fact]
    public async Task Removed_by_force_it_is_killed_first_by_a_command_of_its_own()
    {
        var id = await StartedAsync("forced");
        (await server.Client.DeleteAsync("containers/forced?force=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ActionsAsync(id)).ShouldContain("container kill");
        (await server.Log.FindContainerAsync(id, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_restart_is_a_stop_and_a_start_of_one_correlation()
    {
        var id = await StartedAsync("again");
        (await StatusAsync("containers/again/restart")).ShouldBe(HttpStatusCode.NoContent);
        (await ActionsAsync(id)).TakeLast(2).ShouldBe(["container start", "container restart"]);
    }

    [Fact]
    public async Task Paused_and_unpaused()
    {
        await StartedAsync("frozen");
        (await StatusAsync("containers/frozen/pause")).ShouldBe(HttpStatusCode.NoContent);
        (await server.Client.GetFromJsonAsync<JsonElement>("containers/frozen/json", Cancellation)).GetProperty("State").GetProperty("Paused").GetBoolean().ShouldBeTrue();
        (await StatusAsync("containers/frozen/pause")).ShouldBe(HttpStatusCode.Conflict);
        (await StatusAsync("containers/frozen/unpause")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("nosuch", FailureKind.NotFound, 127, "exec: \"nosuch\": no such file", HttpStatusCode.BadRequest, "exec: \"nosuch\": no such file: executable file not found")]
    [InlineData("dir", FailureKind.Invalid, 126, "exec: \"/\": permission denied", HttpStatusCode.BadRequest, "exec: \"/\": permission denied")]
    [InlineData("broken", FailureKind.Internal, null, "mount: no space left on device", HttpStatusCode.InternalServerError, "mount: no space left on device")]
    public async Task A_start_that_fails_says_why_in_words_that_the_cli_reads_its_exit_code_off(
        string name, FailureKind kind, int? exitCode, string error, HttpStatusCode status, string message)
    {
        var id = await server.CreateAsync(name);
        server.Worker.Fails = order => order is StartContainer ? new OrderFailure("StartContainer", kind, error, exitCode) : null;
        using var answer = await server.PostAsync($"containers/{id}/start");
        answer.StatusCode.ShouldBe(status);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
        var state = (await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation)).GetProperty("State");
        state.GetProperty("Error").GetString().ShouldBe(error);
        state.GetProperty("ExitCode").GetInt32().ShouldBe(exitCode ?? 0);
    }

    [Fact]
    public async Task A_start_that_fails_removes_a_container_that_removes_itself()
    {
        var id = await server.CreateAsync("rmfails", """{"Image":"busybox","HostConfig":{"AutoRemove":true}}""");
        server.Worker.Fails = order => order is StartContainer ? new OrderFailure("StartContainer", FailureKind.NotFound, "no", 127) : null;
        using var wait = await server.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"containers/{id}/wait?condition=removed"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        (await StatusAsync($"containers/{id}/start")).ShouldBe(HttpStatusCode.BadRequest);
        (await wait.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("StatusCode").GetInt32().ShouldBe(127);
    }

    [Fact]
    public async Task With_the_worker_away_a_start_answers_503_and_reading_goes_on()
    {
        var id = await server.CreateAsync("away");
        server.Worker.IsAway = true;
        using var answer = await server.PostAsync($"containers/{id}/start");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await DockerServer.MessageAsync(answer)).ShouldBe("the worker does not answer");
        (await server.Client.GetAsync($"containers/{id}/json", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Events_are_followed_as_they_happen_and_filtered()
    {
        using var follow = await server.Client.GetAsync(
            "events?filters={\"event\":[\"start\"],\"label\":[\"watched=yes\"]}", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var lines = new StreamReader(await follow.Content.ReadAsStreamAsync(Cancellation));
        await StartedAsync("unwatched");
        var id = await StartedAsync("watched", """{"Image":"busybox","Labels":{"watched":"yes"}}""");
        var message = JsonDocument.Parse((await lines.ReadLineAsync(Cancellation))!).RootElement;
        message.GetProperty("status").GetString().ShouldBe("start");
        message.GetProperty("id").GetString().ShouldBe(id);
        message.GetProperty("from").GetString().ShouldBe("busybox");
        message.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString().ShouldBe("watched");
    }

    private async Task<string> StartedAsync(string name, string json = """{"Image":"busybox"}""")
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

    /// <summary>Type and action of the container's events, and of its network's.</summary>
    private async Task<string[]> ActionsAsync(string id)
    {
        var until = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1;
        var text = await server.Client.GetStringAsync($"events?since=0&until={until}", Cancellation);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
                .Where(e => e.GetProperty("Actor").GetProperty("ID").GetString() == id ||
                    (e.GetProperty("Actor").GetProperty("Attributes").TryGetProperty("container", out var container) && container.GetString() == id))
                .Select(e => $"{e.GetProperty("Type").GetString()} {e.GetProperty("Action").GetString()}"),
        ];
    }
}
