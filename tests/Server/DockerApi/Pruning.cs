using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Beside what tests/Conformance holds: what is recorded of it, and the times that it understands.</summary>
public sealed class Pruning(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Removes_each_container_by_a_command_of_its_own_with_its_cause()
    {
        string[] ids = [await server.CreateAsync("past1"), await server.CreateAsync("past2")];
        using var answer = await server.PostAsync("containers/prune");
        var pruned = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        pruned.GetProperty("ContainersDeleted").EnumerateArray().Select(c => c.GetString()).ShouldBe(ids, ignoreOrder: true);
        pruned.GetProperty("SpaceReclaimed").GetInt64().ShouldBe(2000);
        foreach (var id in ids)
        {
            (await server.PsqlAsync($"select string_agg(headers ->> 'cause', ',' order by version) from shiplog.mt_events where stream_id = '{Streams.Container(id)}'"))
                .ShouldBe("request,prune,prune");
        }
    }

    [Fact]
    public async Task Takes_an_image_that_nothing_needs_only_on_demand()
    {
        foreach (var id in (await server.Log.ListContainersAsync(Cancellation)).Select(c => c.Id))
            (await server.Client.DeleteAsync("containers/" + id, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using (var kept = await server.PostAsync("images/prune"))
            (await kept.Content.ReadAsStringAsync(Cancellation)).Trim().ShouldBe("""{"ImagesDeleted":null,"SpaceReclaimed":0}""");
        using var answer = await server.PostAsync("images/prune?filters=" + Uri.EscapeDataString("""{"dangling":["0"]}"""));
        var pruned = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        pruned.GetProperty("ImagesDeleted")[0].GetProperty("Untagged").GetString().ShouldBe("busybox:latest");
        pruned.GetProperty("SpaceReclaimed").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("24h", "2026-01-01T12:00:00Z")]
    [InlineData("1h30m", "2026-01-02T10:30:00Z")]
    [InlineData("1.5s", "2026-01-02T11:59:58.5Z")]
    [InlineData("1767312000", "2026-01-02T00:00:00Z")]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    public void Understands_lengths_of_time_and_times(string text, string time) =>
        DockerTime.Parse(text, Noon).ShouldBe(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("h")]
    [InlineData("1d")]
    [InlineData("yesterday")]
    [InlineData("999999999999h")]
    public void Refuses_what_is_neither(string text) => Should.Throw<DockerException>(() => DockerTime.Parse(text, Noon)).Status.ShouldBe(400);
}
