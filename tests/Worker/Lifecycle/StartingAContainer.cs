using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class StartingAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Reports_each_step_in_order_and_its_end_with_the_undo_facts()
    {
        var order = _host.Start(["sh", "-c", "exit 7"]);
        await RunAsync(order);
        var batches = _host.Server.Batches.Where(b => b.Reports.Any(r => IdOf(r) == order.ContainerId)).ToList();
        batches.Select(b => (b.CommandId, b.Cause)).ShouldBe([(order.CommandId, null), (null, "process-exit")]);
        batches[0].Reports.Select(r => r.GetType().Name).ShouldBe(
            ["RootFsMountedReport", "BridgeAttachedReport", "IpAssignedReport", "ContainerStartedReport"]);
        batches[1].Reports.Select(r => r.GetType().Name).ShouldBe(
            ["ContainerExitedReport", "IpReleasedReport", "BridgeDetachedReport", "RootFsUnmountedReport"]);
        batches[1].Reports.OfType<ContainerExitedReport>().Single().ExitCode.ShouldBe(7);
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task Gives_the_leased_address_and_a_route_through_the_bridge()
    {
        var text = await OutputAsync(_host.Start(
            ["sh", "-c", "ip -4 addr show eth0; ip route; ip link show eth0; ping -c 1 -W 2 172.30.0.1; cat /etc/hosts"], host: 9));
        text.ShouldContain("172.30.0.9/24");
        text.ShouldContain("default via 172.30.0.1 dev eth0");
        text.ShouldContain("02:42:ac:1e:00:09");
        text.ShouldContain("1 packets received");
        text.ShouldContain("172.30.0.9\t");
    }

    [Fact]
    public async Task Makes_the_bridge_again_where_somebody_deleted_it()
    {
        await RunAsync(_host.Start(["true"]));
        _host.Namespaces.Run("ip", "link", "del", _host.Instance.Bridge);
        var text = await OutputAsync(_host.Start(["ping", "-c", "1", "-W", "2", "172.30.0.1"]));
        text.ShouldContain("1 packets received");
        using var rules = JsonDocument.Parse(_host.Namespaces.Run("nft", "-j", "list", "table", "ip", _host.Instance.NftTable));
        rules.RootElement.GetRawText().ShouldContain("masquerade");
        _host.Namespaces.Run("cat", "/proc/sys/net/ipv4/ip_forward").Trim().ShouldBe("1");
    }

    [Fact]
    public async Task Without_network_has_a_loopback_interface_only()
    {
        var text = await OutputAsync(_host.None(["ip", "-o", "link"]));
        text.Trim().Split('\n').Length.ShouldBe(1);
        text.ShouldContain("LOOPBACK,UP");
    }

    [Fact]
    public async Task On_the_hosts_network_has_the_hosts_interfaces()
    {
        await RunAsync(_host.Start(["true"]));
        var text = await OutputAsync(_host.None(["ip", "-o", "link"]) with { Network = NetworkMode.Host });
        text.ShouldContain(_host.Instance.Bridge);
    }

    [Fact]
    public async Task Gives_dockers_environment_name_and_terminal_defaults()
    {
        var text = await OutputAsync(_host.None(["sh", "-c", "env; hostname; pwd; cat /proc/self/status; id"], p => p with
        {
            Env = ["A=1", "PATH=/bin"],
            Hostname = "box",
            WorkingDirectory = "/made/by/start",
            User = "alice",
        }));
        text.ShouldContain("A=1");
        text.ShouldContain("PATH=/bin\n");
        text.ShouldContain("HOSTNAME=box");
        text.ShouldContain("HOME=/home/alice");
        text.ShouldContain("\n/made/by/start\n");
        text.ShouldContain("uid=1000(alice) gid=1000(alice) groups=29(audio),1000(alice)");
        text.ShouldContain("CapEff:\t0000000000000000");
        text.ShouldContain("CapBnd:\t00000000a80425fb");
        text.ShouldContain("Seccomp:\t2");
        text.ShouldContain("NoNewPrivs:\t0");
    }

    [Fact]
    public async Task Hands_the_program_its_three_streams_and_no_other_file()
    {
        var text = await OutputAsync(_host.None(["ls", "/proc/self/fd"]));
        // ls itself has the folder open as the fourth.
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["0", "1", "2", "3"]);
    }

    [Fact]
    public async Task Masks_and_protects_what_the_kernel_shows_of_the_host()
    {
        var text = await OutputAsync(_host.None(["sh", "-c", "wc -c < /proc/keys; ls /sys/firmware | wc -l; echo x > /proc/sys/kernel/hostname; mkdir /sys/x; ls /dev"]));
        text.ShouldStartWith("0\n0\n");
        text.ShouldContain("/proc/sys/kernel/hostname: Read-only file system");
        text.ShouldContain("'/sys/x': Read-only file system");
        text.ShouldNotContain("sda");
    }

    [Fact]
    public async Task Leaves_no_trace_of_its_own_in_the_read_write_layer()
    {
        var order = _host.None(["sh", "-c", "echo hello > /tmp/mine"]);
        await RunAsync(order);
        var upper = _host.Paths(order.ContainerId).Upper;
        Directory.GetFileSystemEntries(upper, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(upper, f)).Order()
            .ShouldBe(["tmp", "tmp/mine"]);
    }

    [Fact]
    public async Task Keeps_its_files_from_one_run_to_the_next()
    {
        var order = _host.Start(["sh", "-c", "cat /tmp/n; echo again >> /tmp/n"]);
        await RunAsync(order);
        var text = await OutputAsync(order with { CommandId = "second-" + order.ContainerId });
        text.ShouldContain("again\n");
    }

    [Theory]
    [InlineData("nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH")]
    [InlineData("/no/such", 127, "exec: \"/no/such\": stat /no/such: no such file or directory")]
    [InlineData("/etc/passwd", 126, "exec: \"/etc/passwd\": permission denied")]
    public async Task Of_a_program_that_cannot_run_fails_in_dockers_words_and_leaves_nothing(string program, int code, string words)
    {
        var order = _host.Start([program]);
        var outcome = await _host.Server.SendAsync(order);
        outcome.Failure.ShouldNotBeNull();
        outcome.Failure.ExitCode.ShouldBe(code);
        outcome.Failure.Kind.ShouldBe(FailureKind.Invalid);
        outcome.Failure.Error.ShouldContain(words);
        var batch = _host.Server.Batches.Single(b => b.CommandId == order.CommandId);
        batch.Reports.Select(r => r.GetType().Name).ShouldBe([
            "RootFsMountedReport", "BridgeAttachedReport", "IpAssignedReport", "StepFailedReport",
            "IpReleasedReport", "BridgeDetachedReport", "RootFsUnmountedReport", "OrderFailedReport"]);
        NothingIsLeft(order.ContainerId);
    }

    [Fact]
    public async Task For_a_user_that_the_image_does_not_know_fails()
    {
        var outcome = await _host.Server.SendAsync(_host.None(["true"], p => p with { User = "bob" }));
        outcome.Failure!.Error.ShouldBe("unable to find user bob: no matching entries in passwd file");
    }

    [Fact]
    public async Task With_a_layer_missing_fails_before_anything_is_done()
    {
        var order = _host.None(["true"]);
        var outcome = await _host.Server.SendAsync(order with { RootFs = order.RootFs with { Layers = ["sha256:" + new string('0', 64)] } });
        outcome.Failure!.Kind.ShouldBe(FailureKind.NotFound);
        outcome.Failure.Step.ShouldBe("MountRootFs");
    }

    [Fact]
    public async Task Twice_by_the_same_command_has_one_effect_and_one_answer()
    {
        var order = _host.None(["sleep", "60"]);
        var both = await Task.WhenAll(_host.Server.SendAsync(order), _host.Server.SendAsync(order));
        both.ShouldAllBe(o => o.Failure == null && o.CommandId == order.CommandId);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        _host.Server.Reports.OfType<ContainerStartedReport>().Count(r => r.ContainerId == order.ContainerId).ShouldBe(1);
        (await _host.Server.SendAsync(order with { CommandId = "other" })).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
    }

    [Fact]
    public async Task That_removes_itself_leaves_not_even_its_folder()
    {
        var order = _host.Start(["true"]) with { AutoRemove = true };
        await RunAsync(order);
        _host.Server.Reports.OfType<ContainerRemovedReport>().ShouldContain(r => r.ContainerId == order.ContainerId);
        Directory.Exists(_host.Paths(order.ContainerId).Folder).ShouldBeFalse();
        NothingIsLeft(order.ContainerId);
    }

    private async Task RunAsync(StartContainer order)
    {
        // Of an earlier run there is one already.
        var earlier = _host.Server.Reports.OfType<ContainerExitedReport>().ToHashSet();
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId && !earlier.Contains(r));
    }

    private async Task<string> OutputAsync(StartContainer order)
    {
        await RunAsync(order);
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&stderr=1&tty=1");
    }

    private void NothingIsLeft(string id)
    {
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(id);
        File.Exists(_host.Paths(id).NetworkNamespace).ShouldBeFalse();
        Directory.Exists(_host.Paths(id).Bundle).ShouldBeFalse();
        File.Exists(_host.Paths(id).ExitFile).ShouldBeFalse();
        Directory.Exists("/sys/fs/cgroup/memory" + _host.Paths(id).Cgroup(null)).ShouldBeFalse();
        Directory.Exists(Path.Combine(_host.Instance.RunFolder, "runtime", id)).ShouldBeFalse();
    }

    private static string? IdOf(Report report) => report.GetType().GetProperty("ContainerId")?.GetValue(report) as string;
}
