using System.Diagnostics;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker run --log-driver and --log-opt, docker logs.</summary>
public sealed class DividingLogs(RunningInstance engine)
{
    [Theory]
    [InlineData("json-file", "max-size=20k", "max-file=50")]
    [InlineData("local", "max-size=20k", "max-file=50")]
    public async Task A_log_in_many_files_reads_as_one_also_over_the_workers_end(string driver, string size, string files)
    {
        var name = "log-" + driver;
        (await engine.DockerAsync(
            "run", "-d", "--name", name, "--log-driver", driver, "--log-opt", size, "--log-opt", files, "busybox",
            "sh", "-c", "for i in 0 1 2 3 4 5 6 7 8 9; do seq $((i*500+1)) $((i*500+500)); sleep 0.2; done; while test ! -e /tmp/go; do sleep 0.1; done; echo end")).Succeeded();
        var following = engine.DockerAsync("logs", "-f", name);
        // While it says its numbers.
        using (Process.Start("kill", ["-KILL", $"{engine.ProcessId("worker")}"]))
        {
        }

        var folder = Path.Combine(engine.Instance.WorkerFolder, "containers", await engine.IdOfAsync(name));
        await Eventually.IsTrueAsync(() => Task.FromResult(Directory.GetFiles(folder).Any(f => Path.GetFileName(f).StartsWith("container.log.1", StringComparison.Ordinal))));
        await Eventually.IsTrueAsync(async () => (await engine.DockerAsync("exec", name, "touch", "/tmp/go")).ExitCode == 0);
        (await engine.DockerAsync("wait", name)).Succeeded().Text.ShouldBe("0");
        var expected = string.Join('\n', Enumerable.Range(1, 5000)) + "\nend";
        (await engine.DockerAsync("logs", name)).Succeeded().Text.ShouldBe(expected);
        (await engine.DockerAsync("logs", "--tail", "1200", name)).Succeeded().Text.ShouldBe(string.Join('\n', Enumerable.Range(3802, 1199)) + "\nend");
        (await engine.DockerAsync("logs", "-t", "--since", "1h", name)).Succeeded().Text.Split('\n').Length.ShouldBe(5001);
        (await engine.DockerAsync("logs", "--until", "1h", name)).Succeeded().Text.ShouldBe("");
        // Who followed when the worker was killed has seen no line twice and none out of its turn.
        var followed = (await following).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        followed.ShouldBe(expected.Split('\n').Take(followed.Length));
        (await engine.DockerAsync("rm", name)).Succeeded();
    }

    [Fact]
    public async Task What_is_written_beyond_the_last_file_is_let_go_and_labels_come_with_details()
    {
        (await engine.DockerAsync(
            "run", "-d", "--name", "log-small", "--log-opt", "max-size=10k", "--log-opt", "max-file=2", "--log-opt", "compress=true", "--log-opt", "labels=team",
            "--label", "team=a", "busybox", "sh", "-c", "i=0; while test ! -e /tmp/go; do seq $((i*500+1)) $((i*500+500)); i=$((i+1)); sleep 0.3; done")).Succeeded();
        await Eventually.IsTrueAsync(async () => (await engine.DockerAsync("logs", "log-small")).Output is [not '1', ..] or ['1', not '\n', ..]);
        (await engine.DockerAsync("exec", "log-small", "touch", "/tmp/go")).Succeeded();
        (await engine.DockerAsync("wait", "log-small")).Succeeded();
        var lines = (await engine.DockerAsync("logs", "--details", "log-small")).Succeeded().Text.Split('\n');
        var first = int.Parse(lines[0]["team=a ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        lines.ShouldBe(Enumerable.Range(first, lines.Length).Select(n => $"team=a {n}"));
        (first + lines.Length - 1).ShouldBe((first + lines.Length - 1) / 500 * 500, "the last line is the last of a round");
        (await engine.DockerAsync("inspect", "-f", "{{json .HostConfig.LogConfig.Config}}", "log-small")).Succeeded().Text
            .ShouldBe("""{"compress":"true","labels":"team","max-file":"2","max-size":"10k"}""");
        (await engine.DockerAsync("rm", "log-small")).Succeeded();
    }

    [Fact]
    public async Task A_driver_that_keeps_none_and_one_that_is_none_say_so()
    {
        (await engine.DockerAsync("run", "--name", "log-none", "--log-driver", "none", "busybox", "echo", "said")).Succeeded().Text.ShouldBe("said");
        var logs = await engine.DockerAsync("logs", "log-none");
        logs.ExitCode.ShouldBe(1);
        logs.Error.ShouldContain("configured logging driver does not support reading");
        (await engine.DockerAsync("rm", "log-none")).Succeeded();
        (await engine.DockerAsync("create", "--log-driver", "nosuch", "busybox")).Error.ShouldContain("error looking up logging plugin nosuch: plugin \"nosuch\" not found");
        (await engine.DockerAsync("create", "--log-opt", "max-size=much", "busybox")).Error.ShouldContain("failed to initialize logging driver: invalid size: 'much'");
        (await engine.DockerAsync("create", "--log-driver", "journald", "busybox")).Error.ShouldContain("journald");
    }
}
