using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class RestartingByPolicy(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_container_between_two_tries_is_restarting_and_Docker_calls_that_running()
    {
        var id = await StartedAsync("waits", """{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":5}}}""");
        await server.Worker.ExitAsync(id, 3, attempt: 1);
        var inspect = await InspectAsync(id);
        inspect.GetProperty("RestartCount").GetInt32().ShouldBe(1);
        var policy = inspect.GetProperty("HostConfig").GetProperty("RestartPolicy");
        (policy.GetProperty("Name").GetString(), policy.GetProperty("MaximumRetryCount").GetInt32()).ShouldBe(("on-failure", 5));
        var state = inspect.GetProperty("State");
        state.GetProperty("Status").GetString().ShouldBe("restarting");
        state.GetProperty("Restarting").GetBoolean().ShouldBeTrue();
        state.GetProperty("Running").GetBoolean().ShouldBeTrue();
        state.GetProperty("ExitCode").GetInt32().ShouldBe(3);
        var item = (await server.Client.GetFromJsonAsync<JsonElement[]>("containers/json?filters={\"status\":[\"restarting\"]}", Cancellation))!
            .Single(c => c.GetProperty("Id").GetString() == id);
        item.GetProperty("Status").GetString().ShouldStartWith("Restarting (3) ");
        (await server.Client.GetFromJsonAsync<JsonElement[]>("containers/json", Cancellation))!.ShouldContain(c => c.GetProperty("Id").GetString() == id);

        await server.Worker.RestartAsync(id, 1);
        state = (await InspectAsync(id)).GetProperty("State");
        (state.GetProperty("Status").GetString(), state.GetProperty("Pid").GetInt32()).ShouldBe(("running", 4243));
        var started = await LastEventAsync(id, "container_started");
        (started.Cause, started.Actor).ShouldBe(("restart-policy", "system"));
        started.Causation.ShouldBe((await LastEventAsync(id, "container_start_requested")).Causation);
    }

    [Fact]
    public async Task What_a_restarting_container_refuses_it_refuses_in_Dockers_words()
    {
        var id = await StartedAsync("refuses", """{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"always"}}}""");
        await server.Worker.ExitAsync(id, 1, attempt: 1);
        (await AnswerAsync("containers/refuses/start")).ShouldBe((HttpStatusCode.NotModified, ""));
        (await AnswerAsync("containers/refuses/pause")).ShouldBe(
            (HttpStatusCode.Conflict, $"Container {id} is restarting, wait until the container is running"));
        (await AnswerAsync("containers/refuses/attach?stream=1&stdout=1")).ShouldBe(
            (HttpStatusCode.Conflict, $"container {id} is restarting, wait until the container is running"));
        using var removed = await server.Client.DeleteAsync("containers/refuses", Cancellation);
        (removed.StatusCode, await DockerServer.MessageAsync(removed)).ShouldBe((
            HttpStatusCode.Conflict, "cannot remove container \"refuses\": container is restarting: stop the container before removing or force remove"));
    }

    [Fact]
    public async Task A_wait_ends_with_each_exit_and_with_a_restart_that_is_called_off()
    {
        var id = await StartedAsync("waited", """{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"always"}}}""");
        using var first = await WaitAsync(id, "not-running");
        await server.Worker.ExitAsync(id, 4, attempt: 1);
        (await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("StatusCode").GetInt32().ShouldBe(4);
        // A restarting container counts as running: this waits for what comes.
        using var second = await WaitAsync(id, "not-running");
        await server.Worker.CancelRestartAsync(id);
        (await second.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("StatusCode").GetInt32().ShouldBe(4);
        (await InspectAsync(id)).GetProperty("State").GetProperty("Status").GetString().ShouldBe("exited");
    }

    [Fact]
    public async Task With_a_removal_of_its_own_it_is_refused()
    {
        using var answer = await server.PostAsync(
            "containers/create", """{"Image":"busybox","HostConfig":{"AutoRemove":true,"RestartPolicy":{"Name":"always"}}}""");
        (answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe(
            (HttpStatusCode.BadRequest, "can't create 'AutoRemove' container with restart policy"));
    }

    private Task<HttpResponseMessage> WaitAsync(string id, string condition) => server.Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, $"containers/{id}/wait?condition={condition}"), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    private Task<JsonElement> InspectAsync(string id) => server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation);

    private Task<Contracts.Views.EventView> LastEventAsync(string id, string type) => server.LastEventAsync(id, type);

    private async Task<string> StartedAsync(string name, string json)
    {
        var id = await server.CreateAsync(name, json);
        (await AnswerAsync($"containers/{id}/start")).Status.ShouldBe(HttpStatusCode.NoContent);
        return id;
    }

    private async Task<(HttpStatusCode Status, string Message)> AnswerAsync(string path)
    {
        using var answer = await server.PostAsync(path);
        return (answer.StatusCode, (int)answer.StatusCode >= 400 ? await DockerServer.MessageAsync(answer) : "");
    }
}
