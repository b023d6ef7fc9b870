using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class ShowingStats(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task One_line_is_compared_with_the_one_before()
    {
        var id = await StartedAsync("compared");
        Says(Figures(1000, at: 0), Figures(4000, at: 1), Figures(9000, at: 2));
        var stats = await StatsAsync("compared", "?stream=0");
        stats.GetProperty("id").GetString().ShouldBe(id);
        stats.GetProperty("name").GetString().ShouldBe("/compared");
        stats.GetProperty("read").GetString().ShouldBe("2026-03-03T14:03:01Z");
        stats.GetProperty("preread").GetString().ShouldBe("2026-03-03T14:03:00Z");
        stats.GetProperty("num_procs").GetInt32().ShouldBe(0);
        stats.GetProperty("storage_stats").EnumerateObject().ShouldBeEmpty();
        Cpu(stats, "cpu_stats").ShouldBe((4000, 100_000, 2));
        Cpu(stats, "precpu_stats").ShouldBe((1000, 100_000, 2));
        stats.GetProperty("cpu_stats").GetProperty("cpu_usage").GetProperty("percpu_usage").EnumerateArray().Count().ShouldBe(2);
        stats.GetProperty("cpu_stats").GetProperty("throttling_data").GetRawText().ShouldBe("""{"periods":5,"throttled_periods":1,"throttled_time":7}""");
        stats.GetProperty("memory_stats").GetRawText().ShouldBe("""{"usage":4096,"max_usage":8192,"stats":{"cache":3},"failcnt":1,"limit":65536}""");
        stats.GetProperty("pids_stats").GetRawText().ShouldBe("""{"current":3}""");
        stats.GetProperty("networks").GetRawText().ShouldBe(
            """{"eth0":{"rx_bytes":1,"rx_packets":2,"rx_errors":3,"rx_dropped":4,"tx_bytes":5,"tx_packets":6,"tx_errors":7,"tx_dropped":8}}""");
        var blocks = stats.GetProperty("blkio_stats");
        blocks.GetProperty("io_service_bytes_recursive").GetRawText().ShouldBe("""[{"major":8,"minor":0,"op":"Read","value":512}]""");
        blocks.GetProperty("sectors_recursive").GetRawText().ShouldBe("[]");
    }

    [Fact]
    public async Task At_once_there_is_nothing_to_compare_with()
    {
        await StartedAsync("at-once");
        Says(Figures(1000, at: 0));
        var stats = await StatsAsync("at-once", "?stream=0&one-shot=1");
        Cpu(stats, "cpu_stats").ShouldBe((1000, 100_000, 2));
        stats.GetProperty("precpu_stats").GetRawText().ShouldBe(
            """{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}}""");
        using var both = await server.Client.GetAsync("containers/at-once/stats?one-shot=1", Cancellation);
        (both.StatusCode, await DockerServer.MessageAsync(both)).ShouldBe((HttpStatusCode.BadRequest, "cannot have stream=true and one-shot=true"));
    }

    [Fact]
    public async Task On_cgroup_v2_what_nothing_counts_is_absent()
    {
        await StartedAsync("unified");
        var figures = Figures(1000, at: 0);
        Says(figures with
        {
            Cpu = figures.Cpu with { PerCpu = null },
            Memory = figures.Memory with { MaxUsage = 0 },
            Blocks = figures.Blocks with { Operations = null },
            Processes = new ProcessFigures(3, ulong.MaxValue),
            Interfaces = null,
        });
        var stats = await StatsAsync("unified", "?stream=0&one-shot=1");
        stats.GetProperty("cpu_stats").GetProperty("cpu_usage").TryGetProperty("percpu_usage", out _).ShouldBeFalse();
        stats.GetProperty("memory_stats").TryGetProperty("max_usage", out _).ShouldBeFalse();
        stats.GetProperty("blkio_stats").GetProperty("io_serviced_recursive").ValueKind.ShouldBe(JsonValueKind.Null);
        stats.GetProperty("pids_stats").GetRawText().ShouldBe("""{"current":3,"limit":18446744073709551615}""");
        stats.TryGetProperty("networks", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_does_not_run_has_id_and_name_only()
    {
        var id = await server.CreateAsync("idle");
        (await StatsAsync("idle", "?stream=0")).GetRawText().ShouldBe(
            """{"name":"/idle","id":"ID","read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","pids_stats":{},"blkio_stats":{"io_service_bytes_recursive":null,"io_serviced_recursive":null,"io_queue_recursive":null,"io_service_time_recursive":null,"io_wait_time_recursive":null,"io_merged_recursive":null,"io_time_recursive":null,"sectors_recursive":null},"num_procs":0,"storage_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},"precpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},"memory_stats":{}}""".Replace("ID", id, StringComparison.Ordinal));
        using var missing = await server.Client.GetAsync("containers/nosuch/stats", Cancellation);
        (missing.StatusCode, await DockerServer.MessageAsync(missing)).ShouldBe((HttpStatusCode.NotFound, "No such container: nosuch"));
    }

    [Fact]
    public async Task A_stream_goes_on_over_the_workers_end_and_ends_with_the_container()
    {
        var id = await StartedAsync("followed");
        var (connections, rest) = (0, new TaskCompletionSource());
        server.Worker.Script = async (head, socket) =>
        {
            head.ShouldContain(WorkerStreams.Stats(id) + "?once=0");
            var second = Interlocked.Increment(ref connections) > 1;
            await SendAsync(socket, second ? Figures(7000, at: 2) : Figures(1000, at: 0), second ? null : Figures(4000, at: 1));
            if (second)
                await rest.Task;
        };
        await using var stream = await server.Client.GetStreamAsync("containers/followed/stats", Cancellation);
        using var lines = new StreamReader(stream);
        Cpu(await NextAsync(lines), "precpu_stats").ShouldBe((0, 0, 0));
        Cpu(await NextAsync(lines), "precpu_stats").ShouldBe((1000, 100_000, 2));
        using var renamed = await server.PostAsync("containers/followed/rename?name=otherwise");
        // The first connection has ended, as a worker's that was killed; the second one is silent after its first lines.
        var third = await NextAsync(lines);
        (Cpu(third, "cpu_stats"), Cpu(third, "precpu_stats")).ShouldBe(((7000, 100_000, 2), (4000, 100_000, 2)));
        Cpu(await NextAsync(lines), "cpu_stats").ShouldBe((0, 0, 0));

        using var removed = await server.Client.DeleteAsync("containers/otherwise?force=1", Cancellation);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await lines.ReadLineAsync(Cancellation)).ShouldBeNull();
        rest.SetResult();
    }

    private static async Task<JsonElement> NextAsync(StreamReader lines) => JsonDocument.Parse((await lines.ReadLineAsync(Cancellation))!).RootElement;

    private async Task<JsonElement> StatsAsync(string name, string query) =>
        await server.Client.GetFromJsonAsync<JsonElement>($"containers/{name}/stats{query}", Cancellation);

    private static (long Total, long System, int Cpus) Cpu(JsonElement stats, string key)
    {
        var cpu = stats.GetProperty(key);
        return (
            cpu.GetProperty("cpu_usage").GetProperty("total_usage").GetInt64(), cpu.TryGetProperty("system_cpu_usage", out var system) ? system.GetInt64() : 0,
            cpu.TryGetProperty("online_cpus", out var cpus) ? cpus.GetInt32() : 0);
    }

    private void Says(params ContainerFigures[] figures) => server.Worker.Script = (_, socket) => SendAsync(socket, figures);

    private static async Task SendAsync(Socket socket, params ContainerFigures?[] figures)
    {
        // All at once: whoever has the lines he wants goes.
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n" +
            string.Concat(figures.Select(f => JsonSerializer.Serialize(f) + "\n"))));
    }

    private static ContainerFigures Figures(ulong cpu, int at) => new(
        DateTimeOffset.Parse("2026-03-03T14:03:00Z", CultureInfo.InvariantCulture).AddSeconds(at), new CpuFigures(cpu, [cpu, 0], 10, 20, 100_000, 2, 5, 1, 7),
        new MemoryFigures(4096, 8192, 1, 65536, new() { ["cache"] = 3 }), new ProcessFigures(3, 0),
        new BlockFigures([new BlockFigure(8, 0, "Read", 512)], []), new() { ["eth0"] = new InterfaceFigures(1, 2, 3, 4, 5, 6, 7, 8) });

    private async Task<string> StartedAsync(string name)
    {
        var id = await server.CreateAsync(name);
        using var answer = await server.PostAsync($"containers/{id}/start");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return id;
    }
}
