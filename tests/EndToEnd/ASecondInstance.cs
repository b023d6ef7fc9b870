using Shiplog.Contracts;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>
/// Another instance beside the running one, in a network namespace of its own, with the same ports and a pool of one
/// address: brought up, used, stopped with a container running, taken up again and purged.
/// </summary>
public sealed class ASecondInstance(RunningInstance first) : IAsyncLifetime
{
    private readonly OtherInstance _second = new("home2");

    private Instance Instance => _second.Instance;

    public async ValueTask InitializeAsync() => await _second.PrepareAsync("""{ "bip": "10.11.12.1/30", /* one address */ }""");

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    [Fact]
    public async Task Lives_beside_the_first_runs_out_of_addresses_survives_a_stop_and_goes_without_a_trace()
    {
        var before = await first.Kernel.LookAsync();
        (await _second.InfraAsync("up")).Succeeded();
        await RunsOutOfAddressesAsync();
        await GoesOnWhileStoppedAsync();
        var purge = (await _second.InfraAsync("down", "--purge")).Succeeded();
        purge.Output.ShouldContain("no process, mount, interface, firewall table, cgroup or file of the instance is left");
        Directory.Exists(Instance.Home).ShouldBeFalse();
        (await _second.InNetworkAsync("ip", "-o", "link")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1, "loopback only");
        (await first.DockerAsync("run", "--rm", "busybox", "true")).Succeeded();
        await first.Kernel.LeavesNothingSinceAsync(before);
    }

    private async Task RunsOutOfAddressesAsync()
    {
        var image = $"{Instance.Settings.Registry}/busybox:latest";
        (await _second.DockerAsync("run", "-d", "--name", "only", image, "sh", "-c", "trap 'exit 5' USR1; while :; do sleep 0.1; done")).Succeeded();
        (await _second.DockerAsync("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", "only")).Text.ShouldBe("10.11.12.2");
        var refusal = await _second.DockerAsync("run", "--rm", image, "true");
        refusal.ExitCode.ShouldBe(125, refusal.All);
        refusal.Error.ShouldContain("address");
        (await _second.DockerAsync("run", "--rm", "--network", "none", image, "true")).Succeeded();
        (await new Database(Instance).OpenLeasesAsync()).Length.ShouldBe(1);
        (await _second.DockerAsync("ps", "-aq")).Succeeded().Text.Split('\n').Length.ShouldBe(1, "the refused container is not left");
    }

    private async Task GoesOnWhileStoppedAsync()
    {
        var pid = (await _second.DockerAsync("inspect", "-f", "{{.State.Pid}}", "only")).Succeeded().Text;
        (await _second.InfraAsync("down")).Succeeded().Output.ShouldContain("1 running container goes on");
        Directory.Exists("/proc/" + pid).ShouldBeTrue();
        (await _second.InfraAsync("up", "--no-demo")).Succeeded();
        (await _second.DockerAsync("inspect", "-f", "{{.State.Pid}}", "only")).Succeeded().Text.ShouldBe(pid);
        (await _second.DockerAsync("kill", "-s", "USR1", "only")).Succeeded();
        (await _second.DockerAsync("wait", "only")).Succeeded().Text.ShouldBe("5");
    }
}
