using System.Net;
using Shiplog.Contracts.Views;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>The founding document's day, with the unmodified docker CLI, and what the log says of it afterwards.</summary>
public sealed class TheDay(RunningInstance engine)
{
    private const string Page = "<h1>Busybox httpd web page </h1>";

    [Fact]
    public async Task Goes_as_it_was_written_and_the_log_tells_it_in_order()
    {
        var before = await engine.Kernel.LookAsync();
        string cce;
        await using (var terminal = engine.OpenTerminal("docker run -it --rm --name cce busybox sh"))
        {
            await terminal.ShowsAsync("/ # ");
            await terminal.TypeAsync("mkdir -p /data/htdocs");
            await terminal.ShowsAsync("/ # ");
            await terminal.TypeAsync($"echo \"{Page}\" > /data/htdocs/index.html");
            await terminal.ShowsAsync("/ # ");
            cce = await engine.IdOfAsync("cce");

            var image = await engine.DockerAsync(
                "commit", "-a", "caidaye <mail0426@163.com>", "-c", """CMD ["/bin/httpd","-f","-h","/data/htdocs"]""", "cce", "caichangen:v0.1");
            image.Succeeded().Text.ShouldStartWith("sha256:");

            await terminal.TypeAsync("exit 3");
            (await terminal.ExitAsync()).ShouldBe(3);
        }

        (await engine.DockerAsync("run", "-d", "--name", "caichangen", "--rm", "caichangen:v0.1")).Succeeded();
        var address = await AddressOfAsync("caichangen");
        (await FetchAsync(address)).ShouldBe(Page + "\n");

        await TheImageHasAHistoryAsync();
        await TheEngineTellsItAsync(cce);
        (await engine.DockerAsync("stop", "caichangen")).Succeeded();
        TheStreamIsInOrder(await engine.EventsOfAsync(cce), cce);

        (await engine.DockerAsync("rmi", "caichangen:v0.1")).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    private async Task TheImageHasAHistoryAsync()
    {
        var history = (await engine.DockerAsync("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}", "caichangen:v0.1")).Succeeded();
        var layers = history.Text.Split('\n');
        layers.Length.ShouldBe(2);
        layers[0].ShouldStartWith("sh|"); // what ran in the container when it was committed
        layers[1].ShouldContain("busybox-static");
        (await engine.DockerAsync("inspect", "-f", "{{.Author}}|{{json .Config.Cmd}}", "caichangen:v0.1")).Succeeded().Text
            .ShouldBe("""caidaye <mail0426@163.com>|["/bin/httpd","-f","-h","/data/htdocs"]""");
    }

    private async Task TheEngineTellsItAsync(string cce)
    {
        var until = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1;
        var events = (await engine.DockerAsync(
            "events", "--since", "0", "--until", until.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--format", "{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.container}}")).Succeeded().Text.Split('\n')
            .Where(line => line.Contains(cce, StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ')[..2])).ToArray();
        string[] told = ["container create", "network connect", "container start", "container commit", "container die", "network disconnect", "container destroy"];
        events.Where(told.Contains).ShouldBe(told, customMessage: string.Join(", ", events));
    }

    /// <summary>The promise of the whole project, on one container.</summary>
    private static void TheStreamIsInOrder(EventView[] events, string cce)
    {
        string[] life =
        [
            "container_created", "container_start_requested", "rootfs_mounted", "bridge_attached", "ip_assigned", "container_started",
            "container_commit_requested", "container_committed", "container_exited", "ip_released", "bridge_detached",
            "rootfs_unmounted", "container_removed",
        ];
        events.Select(e => e.Type).Where(life.Contains).ShouldBe(life);
        events.Select(e => e.Version).ShouldBe(Enumerable.Range(1, events.Length).Select(n => (long)n), "no event of the stream is missing");
        events.Select(e => e.Sequence).ShouldBeInOrder();
        events.ShouldAllBe(e => e.Stream == "container/" + cce && e.Host == Environment.MachineName);
        events.ShouldAllBe(e => e.RecordedAt >= e.At && e.RecordedAt - e.At < TimeSpan.FromSeconds(10), "recorded right after it happened");

        var asked = events.TakeWhile(e => e.Type != "container_exited").ToArray();
        asked.ShouldAllBe(e => e.Actor == "unix:root" && e.Cause == "request" && e.Correlation != null && e.Causation != null);
        var exit = events.Single(e => e.Type == "container_exited");
        exit.Cause.ShouldBe("process-exit");
        exit.Data.GetProperty("exitCode").GetInt32().ShouldBe(3);

        var lease = events.Single(e => e.Type == "ip_assigned").Data.GetProperty("address").GetString();
        events.Single(e => e.Type == "ip_released").Data.GetProperty("address").GetString().ShouldBe(lease);
    }

    internal async Task<string> AddressOfAsync(string name) =>
        (await engine.DockerAsync("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", name)).Succeeded().Text;

    private static async Task<string> FetchAsync(string address)
    {
        using var client = new HttpClient();
        var end = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            try
            {
                return await client.GetStringAsync(new Uri($"http://{IPAddress.Parse(address)}/"));
            }
            catch (HttpRequestException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(20); // httpd in the container is not listening yet
            }
        }
    }
}
