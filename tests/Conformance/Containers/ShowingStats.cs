namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/stats</summary>
public sealed class ShowingStats : Conversation
{
    private static readonly string[] Always =
        ["read", "preread", "pids_stats", "blkio_stats", "num_procs", "storage_stats", "cpu_stats", "precpu_stats", "memory_stats", "name", "id"];

    [Fact]
    public async Task Once_are_compared_with_a_moment_before()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], HostConfig = new { Memory = 64 << 20, PidsLimit = 50 } }, name);
        var stats = await StatsAsync(id, "stream=0");
        stats.Text("id").ShouldBe(id);
        stats.Text("name").ShouldBe("/" + name);
        stats.Keys().ShouldBe([.. Always, "networks"], ignoreOrder: true);
        stats.At("cpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBeGreaterThan(0);
        stats.At("cpu_stats", "system_cpu_usage").GetInt64().ShouldBeGreaterThan(stats.At("precpu_stats", "system_cpu_usage").GetInt64());
        stats.Number("cpu_stats", "online_cpus").ShouldBe(Environment.ProcessorCount);
        stats.At("cpu_stats").EnumerateObject().Select(p => p.Name).ShouldBe(["cpu_usage", "system_cpu_usage", "online_cpus", "throttling_data"], ignoreOrder: true);
        stats.At("precpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBeGreaterThan(0);
        stats.At("memory_stats", "usage").GetInt64().ShouldBeGreaterThan(0);
        stats.At("memory_stats", "limit").GetInt64().ShouldBe(64 << 20);
        stats.At("memory_stats", "stats").EnumerateObject().Select(p => p.Name).ShouldContain("inactive_file");
        stats.Number("pids_stats", "current").ShouldBe(1);
        stats.Number("pids_stats", "limit").ShouldBe(50);
        stats.Keys("networks").ShouldBe(["eth0"]);
        stats.Keys("networks", "eth0").ShouldBe(
            ["rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_control_groups_of_version_1_have_its_counters()
    {
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/memory"), "cgroup v1");
        var id = await RunAsync("sleep", "1000");
        var stats = await StatsAsync(id, "stream=0&one-shot=1");
        string[] own = ["cache", "rss", "rss_huge", "mapped_file", "dirty", "writeback", "pgpgin", "pgpgout", "pgfault", "pgmajfault", "inactive_anon",
            "active_anon", "inactive_file", "active_file", "unevictable"];
        stats.Keys("memory_stats", "stats").ShouldBe(
            [.. own, .. own.Select(c => "total_" + c), "hierarchical_memory_limit", "hierarchical_memsw_limit"], ignoreOrder: true);
        stats.At("cpu_stats", "cpu_usage", "percpu_usage").EnumerateArray().Sum(c => c.GetInt64()).ShouldBeGreaterThan(0);
        stats.Keys("blkio_stats").ShouldBe(
            ["io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive", "io_wait_time_recursive",
             "io_merged_recursive", "io_time_recursive", "sectors_recursive"], ignoreOrder: true);
        stats.At("blkio_stats", "sectors_recursive").GetArrayLength().ShouldBe(0);
        stats.At("pids_stats").TryGetProperty("limit", out _).ShouldBeFalse("there is none");
    }

    [Fact]
    public async Task At_once_have_nothing_to_compare_with()
    {
        var stats = await StatsAsync(await RunAsync("sleep", "1000"), "stream=0&one-shot=1");
        stats.At("cpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBeGreaterThan(0);
        stats.At("precpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBe(0);
        stats.Text("preread").ShouldBe("0001-01-01T00:00:00Z");
    }

    [Fact]
    public async Task Come_again_and_again_until_the_container_is_removed()
    {
        var id = await RunAsync("sleep", "1000");
        await using var stream = await DockerEngine.OpenAsync(HttpMethod.Get, $"/containers/{id}/stats");
        using var lines = new StreamReader(stream);
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        var first = JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement;
        var second = JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement;
        (first.Text("id"), second.Text("id")).ShouldBe((id, id));
        second.Text("preread").ShouldBe(first.Text("read"));
        second.At("precpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBe(first.At("cpu_stats", "cpu_usage", "total_usage").GetInt64());
        (await DockerEngine.PostAsync($"/containers/{id}/kill")).With(204);
        // What has ended is still told of, with nothing in it.
        while (JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement.At("memory_stats").EnumerateObject().Any())
        {
        }
        (await DockerEngine.DeleteAsync($"/containers/{id}?force=1")).With(204);
        while (await lines.ReadLineAsync(patience.Token) is not null)
        {
        }
    }

    [Fact]
    public async Task Of_what_does_not_run_are_empty()
    {
        var name = NewName();
        var id = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["true"] }, name);
        foreach (var query in (string[])["stream=0", "stream=0&one-shot=1"])
        {
            var stats = await StatsAsync(id, query);
            stats.Keys().ShouldBe(Always, ignoreOrder: true);
            (stats.Text("id"), stats.Text("name"), stats.Text("read")).ShouldBe((id, "/" + name, "0001-01-01T00:00:00Z"));
            stats.At("cpu_stats").GetRawText().ShouldBe(
                """{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}}""");
            stats.At("memory_stats").GetRawText().ShouldBe("{}");
            stats.At("pids_stats").GetRawText().ShouldBe("{}");
            stats.At("blkio_stats", "io_service_bytes_recursive").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        await using var stream = await DockerEngine.OpenAsync(HttpMethod.Get, $"/containers/{id}/stats");
        using var lines = new StreamReader(stream);
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement.Text("read").ShouldBe("0001-01-01T00:00:00Z");
    }

    [Fact]
    public async Task Of_none_that_is_there_are_refused()
    {
        (await DockerEngine.GetAsync("/containers/nosuch/stats?stream=0")).Refuses(404, "No such container: nosuch");
        (await DockerEngine.GetAsync("/containers/nosuch/stats")).Refuses(404, "No such container: nosuch");
    }

    private static async Task<JsonElement> StatsAsync(string id, string query) => (await DockerEngine.GetAsync($"/containers/{id}/stats?{query}")).With(200).Json;
}
