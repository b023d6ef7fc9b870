namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/top and stats</summary>
public sealed class Observing : Conversation
{
    [Fact]
    public async Task Lists_the_processes()
    {
        var id = await RunAsync("sh", "-c", "sleep 1000 & wait");
        await EventuallyAsync(async () => (await TopAsync(id, "")).At("Processes").GetArrayLength() == 2);
        var top = await TopAsync(id, "");
        top.Texts("Titles").ShouldBe(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]);
        top.At("Processes").EnumerateArray().Select(p => p[7].GetString()).ShouldBe(["sh -c sleep 1000 & wait", "sleep 1000"], ignoreOrder: true);
        var chosen = await TopAsync(id, "?ps_args=" + Uri.EscapeDataString("-o pid,comm"));
        chosen.Texts("Titles").ShouldBe(["PID", "COMMAND"]);
    }

    [Fact]
    public async Task Of_what_does_not_run_lists_none()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.GetAsync($"/containers/{id}/top")).Refuses(409, $"Container {id} is not running");
        (await DockerEngine.GetAsync("/containers/nosuch/top")).Refuses(404, "No such container: nosuch");
    }

    [Fact]
    public async Task Gives_figures_once_or_again_and_again()
    {
        var name = NewName();
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"] }, name);
        var once = (await DockerEngine.GetAsync($"/containers/{id}/stats?stream=0")).With(200).Json;
        once.Text("id").ShouldBe(id);
        once.Text("name").ShouldBe("/" + name);
        once.Keys().ShouldInclude(["read", "preread", "pids_stats", "blkio_stats", "num_procs", "cpu_stats", "precpu_stats", "memory_stats", "networks"]);
        once.At("cpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBeGreaterThan(0);
        once.At("cpu_stats", "system_cpu_usage").GetInt64().ShouldBeGreaterThan(0);
        once.Number("cpu_stats", "online_cpus").ShouldBe(Environment.ProcessorCount);
        once.At("precpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBeGreaterThan(0);
        once.At("memory_stats", "usage").GetInt64().ShouldBeGreaterThan(0);
        once.At("memory_stats", "limit").GetInt64().ShouldBeGreaterThan(0);
        once.At("networks", "eth0", "rx_bytes").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        (await DockerEngine.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1")).With(200).Json.At("precpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBe(0);

        await using var stream = await DockerEngine.OpenAsync(HttpMethod.Get, $"/containers/{id}/stats");
        using var lines = new StreamReader(stream);
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        for (var i = 0; i < 2; i++)
            JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement.Text("id").ShouldBe(id);
    }

    [Fact]
    public async Task Of_what_does_not_run_gives_empty_figures()
    {
        var id = await CreateAsync("true");
        var once = (await DockerEngine.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1")).With(200).Json;
        once.Text("id").ShouldBe(id);
        once.At("cpu_stats", "cpu_usage", "total_usage").GetInt64().ShouldBe(0);
        (await DockerEngine.GetAsync("/containers/nosuch/stats?stream=0")).Refuses(404, "No such container: nosuch");
    }

    private static async Task<JsonElement> TopAsync(string id, string query) => (await DockerEngine.GetAsync($"/containers/{id}/top{query}")).With(200).Json;
}
