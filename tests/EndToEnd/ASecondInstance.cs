using Shiplog.Contracts;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>
/// Another instance beside the running one, in a network namespace of its own, with the same ports and a pool of one
/// address: brought up, used, stopped with a container running, taken up again and purged.
/// </summary>
public sealed class ASecondInstance(RunningInstance first) : IAsyncLifetime
{
    private readonly string _network = "shiplog-second-" + Environment.ProcessId;
    private readonly Instance _instance = Instance.Load(Path.Combine(RunningInstance.Folder, "home2"));

    public async ValueTask InitializeAsync()
    {
        (await Command.RunAsync("ip", ["netns", "add", _network])).Succeeded();
        Directory.CreateDirectory(_instance.Home);
        await File.WriteAllTextAsync(Path.Combine(_instance.Home, "shiplog.json"), """{ "bip": "10.11.12.1/30", /* one address */ }""");
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_instance.Home))
            (await InfraAsync("down", "--purge")).Succeeded();
        (await Command.RunAsync("ip", ["netns", "delete", _network])).Succeeded();
    }

    [Fact]
    public async Task Lives_beside_the_first_runs_out_of_addresses_survives_a_stop_and_goes_without_a_trace()
    {
        var before = await first.Kernel.LookAsync();
        (await InfraAsync("up")).Succeeded();
        await RunsOutOfAddressesAsync();
        await GoesOnWhileStoppedAsync();
        var purge = (await InfraAsync("down", "--purge")).Succeeded();
        purge.Output.ShouldContain("no process, mount, interface, firewall table, cgroup or file of the instance is left");
        Directory.Exists(_instance.Home).ShouldBeFalse();
        (await InNetworkAsync("ip", "-o", "link")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1, "loopback only");
        (await first.DockerAsync("run", "--rm", "busybox", "true")).Succeeded();
        await first.Kernel.LeavesNothingSinceAsync(before);
    }

    private async Task RunsOutOfAddressesAsync()
    {
        var image = $"{_instance.Settings.Registry}/busybox:latest";
        (await DockerAsync("run", "-d", "--name", "only", image, "sh", "-c", "trap 'exit 5' USR1; while :; do sleep 0.1; done")).Succeeded();
        (await DockerAsync("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", "only")).Text.ShouldBe("10.11.12.2");
        var refusal = await DockerAsync("run", "--rm", image, "true");
        refusal.ExitCode.ShouldBe(125, refusal.All);
        refusal.Error.ShouldContain("address");
        (await DockerAsync("run", "--rm", "--network", "none", image, "true")).Succeeded();
        (await new Database(_instance).OpenLeasesAsync()).Length.ShouldBe(1);
        (await DockerAsync("ps", "-aq")).Succeeded().Text.Split('\n').Length.ShouldBe(1, "the refused container is not left");
    }

    private async Task GoesOnWhileStoppedAsync()
    {
        var pid = (await DockerAsync("inspect", "-f", "{{.State.Pid}}", "only")).Succeeded().Text;
        (await InfraAsync("down")).Succeeded().Output.ShouldContain("1 running container goes on");
        Directory.Exists("/proc/" + pid).ShouldBeTrue();
        (await InfraAsync("up", "--no-demo")).Succeeded();
        (await DockerAsync("inspect", "-f", "{{.State.Pid}}", "only")).Succeeded().Text.ShouldBe(pid);
        (await DockerAsync("kill", "-s", "USR1", "only")).Succeeded();
        (await DockerAsync("wait", "only")).Succeeded().Text.ShouldBe("5");
    }

    private Task<Result> InfraAsync(string script, params string[] arguments) =>
        InNetworkAsync([Path.Combine(RunningInstance.Sources, "infra", script), .. arguments]);

    private Task<Result> DockerAsync(params string[] arguments) => Command.RunAsync(
        "docker", arguments, new Dictionary<string, string> { ["DOCKER_HOST"] = "unix://" + _instance.DockerSocket, ["DOCKER_CLI_HINTS"] = "false" });

    private Task<Result> InNetworkAsync(params string[] command) => Command.RunAsync(
        "nsenter", ["--net=/run/netns/" + _network, "--", .. command], new Dictionary<string, string> { ["SHIPLOG_HOME"] = _instance.Home },
        limit: TimeSpan.FromMinutes(3));
}
