namespace Shiplog.Conformance.Tests.Engine;

/// <summary>GET /info</summary>
public sealed class AskingForInformation : Conversation
{
    private static readonly Dictionary<JsonValueKind, string[]> Wanted = new()
    {
        [JsonValueKind.String] =
        [
            "ID", "Driver", "SystemTime", "LoggingDriver", "CgroupDriver", "CgroupVersion", "KernelVersion", "OperatingSystem", "OSVersion", "OSType",
            "Architecture", "IndexServerAddress", "DockerRootDir", "HttpProxy", "HttpsProxy", "NoProxy", "Name", "ServerVersion", "DefaultRuntime",
            "Isolation", "InitBinary",
        ],
        [JsonValueKind.Number] =
        [
            "Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped", "Images", "NFd", "NGoroutines", "NEventsListener", "NCPU", "MemTotal",
        ],
        [JsonValueKind.Object] =
            ["Plugins", "RegistryConfig", "Runtimes", "Swarm", "ContainerdCommit", "RuncCommit", "InitCommit"],
        [JsonValueKind.Array] = ["DriverStatus", "Labels", "SecurityOptions"],
    };

    private static readonly string[] Flags =
    [
        "MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit", "IPv4Forwarding", "Debug", "OomKillDisable",
        "ExperimentalBuild", "LiveRestoreEnabled",
    ];

    [Fact]
    public async Task Gives_every_field_in_its_kind()
    {
        var info = (await DockerEngine.GetAsync("/info")).With(200).Json;
        foreach (var (kind, keys) in Wanted)
        {
            foreach (var key in keys)
                info.At(key).ValueKind.ShouldBe(kind, key);
        }
        foreach (var flag in Flags)
            info.At(flag).ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
        info.Text("OSType").ShouldBe("linux");
        info.Number("NCPU").ShouldBe(Environment.ProcessorCount);
        info.At("Runtimes").TryGetProperty(info.Text("DefaultRuntime"), out _).ShouldBeTrue();
        info.Text("Swarm", "LocalNodeState").ShouldBe("inactive");
        info.Texts("Plugins", "Log").ShouldContain("json-file");
        info.Texts("Plugins", "Network").ShouldContain("bridge");
    }

    [Fact]
    public async Task Counts_containers_by_state()
    {
        var before = (await DockerEngine.GetAsync("/info")).Json;
        await CreateAsync("true");
        await RunAsync("sleep", "1000");
        var paused = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{paused}/pause")).With(204);
        var after = (await DockerEngine.GetAsync("/info")).Json;
        string[] counts = ["Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped"];
        counts.Select(c => after.Number(c) - before.Number(c)).ShouldBe([3, 1, 1, 1]);
        (await DockerEngine.PostAsync($"/containers/{paused}/unpause")).With(204);
    }
}
