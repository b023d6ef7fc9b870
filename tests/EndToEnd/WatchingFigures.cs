using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker stats.</summary>
public sealed class WatchingFigures(RunningInstance engine)
{
    [Fact]
    public async Task One_line_a_container_has_what_it_uses()
    {
        (await engine.DockerAsync("run", "-d", "--name", "stats-busy", "--memory", "64m", "--pids-limit", "30", "busybox", "sh", "-c", "sleep 1000 & while :; do :; done")).Succeeded();
        (await engine.DockerAsync("create", "--name", "stats-idle", "busybox", "true")).Succeeded();
        const string Format = "{{.Name}}|{{.CPUPerc}}|{{.MemUsage}}|{{.MemPerc}}|{{.NetIO}}|{{.BlockIO}}|{{.PIDs}}";
        string[] figures;
        // On a busy machine the docker CLI gives up after two seconds and shows dashes.
        for (var end = DateTime.UtcNow.AddSeconds(60); ;)
        {
            figures = (await engine.DockerAsync("stats", "--no-stream", "--format", Format, "stats-busy")).Succeeded().Text.Split('|');
            if (figures[1] is not ("--" or "0.00%"))
                break;
            DateTime.UtcNow.ShouldBeLessThan(end, "it never showed a share of the CPU");
        }
        figures[0].ShouldBe("stats-busy");
        double.Parse(figures[1].TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(0.1, 100.0 * Environment.ProcessorCount * 1.1);
        figures[2].ShouldEndWith(" / 64MiB");
        figures[3].ShouldNotBe("0.00%");
        figures[6].ShouldBe("2");

        var all = (await engine.DockerAsync("stats", "--no-stream", "--all", "--format", "{{.Name}} {{.PIDs}}")).Succeeded().Text.Split('\n');
        all.ShouldContain("stats-busy 2");
        all.ShouldContain("stats-idle 0");
        (await engine.DockerAsync("rm", "-f", "stats-busy", "stats-idle")).Succeeded();
    }

    [Fact]
    public async Task On_a_terminal_containers_come_and_go_and_the_workers_end_is_survived()
    {
        (await engine.DockerAsync("run", "-d", "--name", "stats-first", "busybox", "sleep", "1000")).Succeeded();
        await using var terminal = engine.OpenTerminal("docker stats --format '{{.Name}} has {{.PIDs}}'");
        await terminal.ShowsAsync("stats-first has 1");
        (await engine.DockerAsync("run", "-d", "--name", "stats-second", "busybox", "sleep", "1000")).Succeeded();
        await terminal.ShowsAsync("stats-second has 1");
        using (System.Diagnostics.Process.Start("kill", ["-KILL", $"{engine.ProcessId("worker")}"]))
            await terminal.ShowsAsync("stats-first has ");
        for (var end = DateTime.UtcNow.AddSeconds(60); (await engine.DockerAsync("exec", "-d", "stats-first", "sleep", "1000")).ExitCode != 0;)
            DateTime.UtcNow.ShouldBeLessThan(end, "the worker does not come back");
        await terminal.ShowsAsync("stats-first has 2");
        (await engine.DockerAsync("rm", "-f", "stats-first", "stats-second")).Succeeded();
    }
}
