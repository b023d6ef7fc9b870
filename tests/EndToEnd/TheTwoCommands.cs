using Shiplog.Contracts;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>infra/up and infra/down: what they say, that they may be repeated, and that instances do not meet.</summary>
public sealed class TheTwoCommands(RunningInstance engine)
{
    [Fact]
    public void Up_runs_a_container_and_shows_its_events_and_where_everything_is()
    {
        engine.UpOutput.ShouldContain("Hello from a container with a memory");
        foreach (var type in (string[])["container_created", "rootfs_mounted", "bridge_attached", "ip_assigned", "container_started", "container_exited"])
            engine.UpOutput.ShouldContain(type);
        engine.UpOutput.ShouldContain("unix://" + engine.Instance.DockerSocket);
        engine.UpOutput.ShouldContain($"http://{engine.Instance.Settings.Http}/");
    }

    [Fact]
    public async Task Up_again_changes_nothing()
    {
        int[] Processes() => [.. ((string[])["postgresql", "worker", "server", "registry"]).Select(engine.ProcessId)];
        var before = Processes();
        (await engine.InfraAsync("up")).Succeeded().All.ShouldNotContain("Building");
        Processes().ShouldBe(before);
    }

    [Fact]
    public async Task The_scripts_and_the_programs_derive_the_same_from_a_home()
    {
        foreach (var home in (string[])["/var/lib/shiplog", "/srv/other", Path.Combine(RunningInstance.Folder, "home")])
        {
            var instance = Instance.Load(home);
            var script = $". {RunningInstance.Sources}/infra/libexec/instance.sh; instance_load; " +
                "printf '%s\\n' \"$SL_NAME\" \"$SL_RUN\" \"$SL_SOCKET\" \"$SL_WORKER_SOCKET\" \"$SL_PG_SOCKETS\" \"$SL_BRIDGE\" \"$SL_NFT_TABLE\" \"$SL_HTTP\" \"$SL_REGISTRY\" \"$SL_USER\"";
            var derived = await Command.RunAsync("bash", ["-c", script], new Dictionary<string, string> { ["SHIPLOG_HOME"] = home });
            derived.Succeeded().Text.Split('\n').ShouldBe(
            [
                instance.Name, instance.RunFolder, instance.DockerSocket, instance.WorkerSocket, instance.PostgresSocketFolder,
                instance.Bridge, instance.NftTable, instance.Settings.Http, instance.Settings.Registry, instance.Settings.User,
            ]);
        }
    }

    [Fact]
    public async Task The_sample_configuration_is_one_that_the_programs_read()
    {
        var home = Directory.CreateDirectory(Path.Combine(RunningInstance.Folder, "sample")).FullName;
        File.Copy(Path.Combine(RunningInstance.Sources, "infra", "sample.json"), Path.Combine(home, "shiplog.json"));
        Instance.Load(home).Settings.Http.ShouldBe(new Settings().Http);
        // Every key that there is, is shown in it.
        var sample = await File.ReadAllTextAsync(Path.Combine(home, "shiplog.json"), TestContext.Current.CancellationToken);
        foreach (var key in typeof(Settings).GetProperties().SelectMany(p => p.GetCustomAttributes(false)).OfType<System.Text.Json.Serialization.JsonPropertyNameAttribute>())
            sample.ShouldContain($"\"{key.Name}\"");
    }
}
