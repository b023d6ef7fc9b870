namespace Shiplog.Conformance.Tests.Containers;

/// <summary>GET /containers/{id}/top</summary>
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

    private static async Task<JsonElement> TopAsync(string id, string query) => (await DockerEngine.GetAsync($"/containers/{id}/top{query}")).With(200).Json;
}
