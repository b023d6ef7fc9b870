using System.Diagnostics;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker update.</summary>
public sealed class UpdatingContainers(RunningInstance engine)
{
    [Theory]
    [InlineData("server")]
    [InlineData("worker")]
    public async Task Limits_change_while_it_runs_and_hold_over_the_engines_end(string process)
    {
        var name = "update-over-" + process;
        (await engine.DockerAsync("run", "-d", "--name", name, "--memory", "64m", "--cpus", "1", "busybox", "sleep", "1000")).Succeeded();
        (await engine.DockerAsync("update", "--memory", "32m", "--memory-swap", "48m", "--cpus", "0.5", "--pids-limit", "25", "--restart", "on-failure:3", name))
            .Succeeded().Text.ShouldBe(name);
        await HasAsync(name);

        var before = engine.ProcessId(process);
        using (Process.Start("kill", ["-KILL", $"{before}"]))
        {
        }
        for (var end = DateTime.UtcNow.AddSeconds(60); (await engine.DockerAsync("update", "--cpu-shares", "512", name)).ExitCode != 0;)
            DateTime.UtcNow.ShouldBeLessThan(end, $"the {process} does not come back");
        await HasAsync(name);
        (await engine.DockerAsync("inspect", "-f", "{{.HostConfig.CpuShares}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}", name))
            .Succeeded().Text.ShouldBe("512 on-failure 3");
        // Of one that does not run they hold from its next start on.
        (await engine.DockerAsync("stop", "-t", "0", name)).Succeeded();
        (await engine.DockerAsync("update", "--pids-limit", "26", name)).Succeeded();
        (await engine.DockerAsync("start", name)).Succeeded();
        (await engine.DockerAsync("exec", name, "sh", "-c", "cat /sys/fs/cgroup/pids/pids.max || cat /sys/fs/cgroup/pids.max")).Succeeded().Text.ShouldBe("26");

        var updates = (await engine.EventsOfAsync(name)).Where(e => e.Type.StartsWith("container_update", StringComparison.Ordinal)).ToList();
        (updates[0].Type, updates[1].Type).ShouldBe(("container_update_requested", "container_updated"));
        updates[1].Data.GetProperty("from").GetProperty("resources").GetProperty("memory").GetInt64().ShouldBe(64 << 20);
        updates[1].Data.GetProperty("to").GetProperty("resources").GetProperty("memory").GetInt64().ShouldBe(32 << 20);
        updates.ShouldAllBe(e => e.Actor == "unix:root");
        (await engine.DockerAsync("rm", "-f", name)).Succeeded();
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_the_reason()
    {
        (await engine.DockerAsync("create", "--name", "update-refused", "busybox", "true")).Succeeded();
        var weight = await engine.DockerAsync("update", "--blkio-weight", "300", "update-refused");
        if (weight.ExitCode != 0)
            weight.Error.ShouldContain("Your kernel does not support Block I/O weight");
        var memory = await engine.DockerAsync("update", "--memory", "1m", "update-refused");
        memory.ExitCode.ShouldBe(1);
        memory.Error.ShouldContain("Minimum memory limit allowed is 6MB");
        (await engine.DockerAsync("update", "--cpu-shares", "512", "nosuch")).Error.ShouldContain("No such container: nosuch");
        (await engine.DockerAsync("rm", "update-refused")).Succeeded();
    }

    private async Task HasAsync(string name) => (await engine.DockerAsync("exec", name, "sh", "-c",
        "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us 2>/dev/null || cat memory.max pids.max cpu.max | cut -d' ' -f1"))
        .Succeeded().Text.ShouldBe($"{32 << 20}\n25\n50000");
}
