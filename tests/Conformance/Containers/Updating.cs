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
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/update", new { CpuShares = 512 })).Refuses(404, "No such container: nosuch");
}
