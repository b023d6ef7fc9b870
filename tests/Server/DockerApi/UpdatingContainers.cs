using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class UpdatingContainers(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private const int Megabyte = 1 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Worker.Fails = _ => null;
        await server.PullBusyboxAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_runs_is_limited_by_the_worker_and_both_are_in_the_log()
    {
        var id = await StartedAsync("limited", """{"Image":"busybox","HostConfig":{"PidsLimit":50,"CpuShares":512}}""");
        await UpdatesAsync(id, """{"CpuShares":256,"PidsLimit":-1,"CpusetCpus":"0","RestartPolicy":{"Name":"on-failure","MaximumRetryCount":4}}""");
        var order = server.Worker.Orders.OfType<UpdateContainer>().Single(o => o.ContainerId == id);
        order.Limits.ShouldBe(new ResourceLimits { CpuShares = 256, CpusetCpus = "0" });
        order.Restart.ShouldBe(new RestartPolicy(RestartCondition.OnFailure, 4));
        var host = await HostAsync(id);
        (host.GetProperty("CpuShares").GetInt64(), host.GetProperty("PidsLimit").GetInt64(), host.GetProperty("CpusetCpus").GetString()).ShouldBe((256, 0, "0"));
        host.GetProperty("RestartPolicy").GetProperty("MaximumRetryCount").GetInt32().ShouldBe(4);
        var (intent, outcome) = (await server.LastEventAsync(id, "container_update_requested"), await server.LastEventAsync(id, "container_updated"));
        intent.Actor.ShouldStartWith("unix:");
        outcome.Causation.ShouldBe(intent.Causation);
        outcome.Data.GetProperty("from").GetProperty("resources").GetProperty("cpuShares").GetInt64().ShouldBe(512);
        outcome.Data.GetProperty("to").GetProperty("resources").GetProperty("cpuShares").GetInt64().ShouldBe(256);
        var events = await server.Client.GetStringAsync(
            $"events?since=0&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&filters={{\"container\":[\"{id}\"],\"event\":[\"update\"]}}", Cancellation);
        events.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldContain("\"Action\":\"update\"");
    }

    [Fact]
    public async Task What_does_not_run_has_its_limits_from_its_start_on()
    {
        var id = await server.CreateAsync("idle-update");
        await UpdatesAsync(id, $$"""{"Memory":{{64 * Megabyte}},"MemorySwap":-1}""");
        server.Worker.Orders.OfType<UpdateContainer>().ShouldNotContain(o => o.ContainerId == id);
        (await server.PostAsync($"containers/{id}/start")).Dispose();
        server.Worker.Orders.OfType<StartContainer>().Single(o => o.ContainerId == id).Limits!.Memory.ShouldBe(64 * Megabyte);
    }

    [Fact]
    public async Task What_the_kernel_refuses_changes_nothing()
    {
        var id = await StartedAsync("refused-update", """{"Image":"busybox","HostConfig":{"CpuShares":512}}""");
        server.Worker.Fails = order => order is UpdateContainer ? new OrderFailure("UpdateContainer", FailureKind.Internal, "write 8 to cpu.shares: device or resource busy") : null;
        (await AnswerAsync(id, """{"CpuShares":8}""")).ShouldBe(
            (HttpStatusCode.InternalServerError, $"Cannot update container {id}: write 8 to cpu.shares: device or resource busy"));
        server.Worker.Fails = _ => null;
        (await HostAsync(id)).GetProperty("CpuShares").GetInt64().ShouldBe(512);
        (await server.LastEventAsync(id, "container_command_failed")).Data.GetProperty("command").GetString().ShouldBe("UpdateContainer");
        await UpdatesAsync(id, """{"CpuShares":256}""");
        (await HostAsync(id)).GetProperty("CpuShares").GetInt64().ShouldBe(256);
    }

    [Theory]
    [InlineData("""{"Memory":1000}""", HttpStatusCode.BadRequest, "Minimum memory limit allowed is 6MB")]
    [InlineData("""{"NanoCpus":1000000000,"CpuQuota":50000}""", HttpStatusCode.BadRequest, "Conflicting options: Nano CPUs and CPU Quota cannot both be set")]
    [InlineData("""{"RestartPolicy":{"Name":"sometimes"}}""", HttpStatusCode.BadRequest, "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'")]
    [InlineData("""{"Memory":67108864}""", HttpStatusCode.Conflict, "Cannot update container {id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time")]
    [InlineData("""{"OomKillDisable":true}""", HttpStatusCode.BadRequest, "OomKillDisable cannot be changed by an update: give it when the container is created")]
    [InlineData("""{"CgroupParent":"/other"}""", HttpStatusCode.NotImplemented, "CgroupParent (\"/other\") is not built yet")]
    [InlineData("{", HttpStatusCode.BadRequest, null)]
    public async Task What_makes_no_sense_is_refused(string json, HttpStatusCode status, string? message)
    {
        var id = await server.CreateAsync("bad-" + Guid.NewGuid().ToString("n")[..8]);
        var answer = await AnswerAsync(id, json);
        answer.Status.ShouldBe(status);
        if (message is not null)
            answer.Message.ShouldBe(message.Replace("{id}", id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_not_there_is_not_found() =>
        (await AnswerAsync("nosuch", "{}")).ShouldBe((HttpStatusCode.NotFound, "No such container: nosuch"));

    private async Task UpdatesAsync(string id, string json)
    {
        using var answer = await server.PostAsync($"containers/{id}/update", json);
        (answer.StatusCode, (await answer.Content.ReadAsStringAsync(Cancellation)).Trim()).ShouldBe((HttpStatusCode.OK, """{"Warnings":null}"""));
    }

    private async Task<(HttpStatusCode Status, string Message)> AnswerAsync(string id, string json)
    {
        using var answer = await server.PostAsync($"containers/{id}/update", json);
        return (answer.StatusCode, await DockerServer.MessageAsync(answer));
    }

    private async Task<JsonElement> HostAsync(string id) =>
        (await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation)).GetProperty("HostConfig");

    private async Task<string> StartedAsync(string name, string json)
    {
        var id = await server.CreateAsync(name, json);
        using var answer = await server.PostAsync($"containers/{id}/start");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return id;
    }
}
