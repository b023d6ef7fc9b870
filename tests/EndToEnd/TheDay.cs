using System.Text.Json;
using Shouldly;
using Xunit;

namespace Shiplog.EndToEnd.Tests;

/// <summary>The founding document's day: run a busybox, write a page in it, commit it, run the image, fetch the page.</summary>
public sealed class TheDay(Engine engine)
{
    private const string Page = "<h1>Busybox httpd web page </h1>";

    [Fact]
    public async Task Passes_with_the_unmodified_docker_cli_and_every_step_is_an_event()
    {
        string cce;
        using (var terminal = engine.DockerOnTerminal("run -it --rm --name cce busybox sh"))
        {
            await terminal.SeeAsync("/ #");
            await terminal.TypeAsync($"mkdir -p /data/htdocs; echo \"{Page}\" > /data/htdocs/index.html; echo written-$((1+1))");
            await terminal.SeeAsync("written-2");
            cce = await engine.InspectAsync("cce", "{{.Id}}");

            (await engine.DockerAsync("commit", "-a", "caidaye <mail0426@163.com>", "-c", """CMD ["/bin/httpd","-f","-h","/data/htdocs"]""", "cce", "caichangen:v0.1"))
                .Expected().ShouldStartWith("sha256:");
            (await engine.DockerAsync("run", "-d", "--name", "caichangen", "--rm", "caichangen:v0.1")).Expected();
            var address = await engine.InspectAsync("caichangen", "{{.NetworkSettings.IPAddress}}");
            (await Shell.RunAsync("curl", "--silent", "--show-error", "--max-time", "5", "--retry", "20", "--retry-delay", "1", "--retry-connrefused", $"http://{address}/"))
                .Expected().ShouldBe(Page);

            await terminal.TypeAsync("exit 3");
            (await terminal.ExitCodeAsync()).ShouldBe(3);
        }

        var history = (await engine.DockerAsync("history", "--no-trunc", "caichangen:v0.1")).Expected();
        history.Split('\n').Length.ShouldBeGreaterThanOrEqualTo(3, history);

        var events = (await engine.DockerAsync("events", "--since", "0", "--until", DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds().ToString())).Expected();
        foreach (var said in new[] { "image pull", "container create", "container start", "container commit", "container die", "container destroy", "network connect" })
            events.ShouldContain(said);

        (await engine.DockerAsync("stop", "caichangen")).Expected().ShouldBe("caichangen");
        await engine.LeavesNothingAsync(() => Task.CompletedTask);
        await TheStreamOfCceHoldsEveryStep(cce);
        await TheLineageJoinsBothImages(cce);
        (await engine.DockerAsync("rmi", "caichangen:v0.1")).Expected();
    }

    private async Task TheStreamOfCceHoldsEveryStep(string cce)
    {
        var events = await engine.EventsOfAsync(cce);
        var types = events.Select(e => e.GetProperty("type").GetString()!).ToArray();
        string[] steps =
        [
            "container_created", "rootfs_mounted", "bridge_attached", "ip_assigned", "container_started", "container_committed",
            "container_exited", "ip_released", "bridge_detached", "rootfs_unmounted", "container_removed",
        ];
        types.Where(steps.Contains).ShouldBe(steps);
        foreach (var e in events)
        {
            e.GetProperty("actor").GetString().ShouldNotBeNullOrEmpty();
            e.GetProperty("cause").GetString().ShouldNotBeNullOrEmpty();
            e.GetProperty("host").GetString().ShouldNotBeNullOrEmpty();
            e.GetProperty("correlation").GetString().ShouldNotBeNullOrEmpty();
            var at = e.GetProperty("at").GetDateTimeOffset();
            at.ShouldBeLessThanOrEqualTo(e.GetProperty("recordedAt").GetDateTimeOffset().AddSeconds(1));
            at.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-10));
        }
        events[0].GetProperty("actor").GetString().ShouldBe("unix:root");
        events.Single(e => e.GetProperty("type").GetString() == "container_exited").GetProperty("data").GetProperty("exitCode").GetInt32().ShouldBe(3);
        (await engine.EventsOfAsync("cce")).Length.ShouldBe(events.Length, "a removed container is found by its last name too");
    }

    private async Task TheLineageJoinsBothImages(string cce)
    {
        JsonElement[] edges = [];
        await Engine.EventuallyAsync("the lineage of the commit", async () =>
        {
            edges = [.. (await engine.GetAsync("/api/v1/lineage")).GetProperty("edges").EnumerateArray()];
            return edges.Any(e => e.GetProperty("from").GetString() == cce && e.GetProperty("kind").GetString() == "commit");
        });
        edges.ShouldContain(e => e.GetProperty("to").GetString() == cce && e.GetProperty("kind").GetString() == "run");
    }
}
