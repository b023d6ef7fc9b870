namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/update</summary>
public sealed class Updating : Conversation
{
    [Fact]
    public async Task Changes_limits_of_what_runs()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], HostConfig = new { Memory = 64 << 20, MemorySwap = -1 } });
        var answer = (await DockerEngine.PostAsync($"/containers/{id}/update", new { Memory = 32 << 20, MemorySwap = -1, CpuShares = 512 })).With(200).Json;
        answer.Keys().ShouldBe(["Warnings"]);
        var host = (await InspectAsync(id)).At("HostConfig");
        host.At("Memory").GetInt64().ShouldBe(32 << 20);
        host.Number("CpuShares").ShouldBe(512);
    }

    [Fact]
    public async Task Changes_the_restart_policy()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { RestartPolicy = new { Name = "on-failure", MaximumRetryCount = 4 } })).With(200);
        var policy = (await InspectAsync(id)).At("HostConfig", "RestartPolicy");
        policy.Text("Name").ShouldBe("on-failure");
        policy.Number("MaximumRetryCount").ShouldBe(4);
    }

    [Fact]
    public async Task Without_warnings_says_so()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { CpuShares = 512 })).With(200).Json.At("Warnings").ValueKind.ShouldBe(JsonValueKind.Null);
        (await InspectAsync(id)).At("HostConfig").Number("CpuShares").ShouldBe(512);
    }

    [Fact]
    public async Task Takes_a_limit_of_processes_away()
    {
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], HostConfig = new { PidsLimit = 20 } });
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { PidsLimit = -1 })).With(200);
        (await InspectAsync(id)).At("HostConfig").Number("PidsLimit").ShouldBe(0);
        (await DockerEngine.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1")).With(200).Json.At("pids_stats").TryGetProperty("limit", out _)
            .ShouldBe(!Directory.Exists("/sys/fs/cgroup/memory"));
    }

    [Fact]
    public async Task Refuses_what_does_not_go_together()
    {
        var id = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["true"], HostConfig = new { CpuPeriod = 100_000, Memory = 64 << 20 } });
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { NanoCpus = 1_000_000_000 })).Refuses(
            409, $"Cannot update container {id}: Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { Memory = 512 << 20 })).Refuses(
            409, $"Cannot update container {id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
        (await DockerEngine.PostAsync($"/containers/{id}/update", new { Memory = 1000 })).Refuses(400, "Minimum memory limit allowed is 6MB");
        var passing = await CreateAsync(new { DockerEngine.Image, Cmd = (string[])["true"], HostConfig = new { AutoRemove = true } });
        (await DockerEngine.PostAsync($"/containers/{passing}/update", new { RestartPolicy = new { Name = "always" } })).Refuses(
            409, $"Cannot update container {passing}: Restart policy cannot be updated because AutoRemove is enabled for the container");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/update", new { CpuShares = 512 })).Refuses(404, "No such container: nosuch");
}
