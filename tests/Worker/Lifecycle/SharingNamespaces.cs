using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class SharingNamespaces(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Processes_of_another_container_are_seen()
    {
        var donor = await StartAsync(_host.None(["sleep", "4711"]));
        var text = await _host.OutputAsync(_host.None(["sh", "-c", "cat /proc/1/cmdline; echo; echo $$"]) with
        {
            Namespaces = new ContainerNamespaces { Pid = NamespaceChoice.Shared, PidOf = donor },
        });
        text.ShouldStartWith("sleep\u00004711\u0000\n");
        text.Split('\n')[1].ShouldNotBe("1");
        await KillAsync(donor);
    }

    [Fact]
    public async Task Of_the_hosts_processes_none_is_left_when_the_first_ends()
    {
        var order = _host.None(["sh", "-c", "sleep 4712 & sleep 0.2; ls /proc/$PPID/comm"]) with { Namespaces = new ContainerNamespaces { Pid = NamespaceChoice.Host } };
        var text = await _host.OutputAsync(order);
        text.ShouldContain("/comm");
        Directory.Exists("/sys/fs/cgroup/memory" + _host.Paths(order.ContainerId).Cgroup(null)).ShouldBeFalse();
    }

    [Fact]
    public async Task Shared_memory_is_one_with_another_containers()
    {
        var donor = await StartAsync(_host.None(["sh", "-c", "echo hello > /dev/shm/file; sleep 60"]) with
        {
            Namespaces = new ContainerNamespaces { IpcShareable = true },
            ShmSize = 4 << 20,
        });
        var joined = new ContainerNamespaces { Ipc = NamespaceChoice.Shared, IpcOf = donor };
        var text = await _host.OutputAsync(_host.None(
            ["sh", "-c", "until cat /dev/shm/file 2> /dev/null; do sleep 0.1; done; readlink /proc/self/ns/ipc; grep ' /dev/shm ' /proc/mounts"]) with
        { Namespaces = joined });
        text.ShouldContain("hello\n");
        text.ShouldContain("size=4096k");
        text.ShouldContain(new FileInfo($"/proc/{PidOf(donor)}/ns/ipc").LinkTarget!);
        await KillAsync(donor);
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == donor);
        Directory.Exists(_host.Paths(donor).Shm).ShouldBeFalse();
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(donor);
    }

    [Fact]
    public async Task A_container_that_keeps_its_memory_to_itself_cannot_be_joined()
    {
        var donor = await StartAsync(_host.None(["sleep", "60"]));
        var refused = await _host.Server.SendAsync(_host.None(["true"]) with { Namespaces = new ContainerNamespaces { Ipc = NamespaceChoice.Shared, IpcOf = donor } });
        refused.Failure!.Error.ShouldBe(
            $"failed to join IPC namespace: container {donor}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
        await KillAsync(donor);
    }

    [Fact]
    public async Task A_container_that_does_not_run_cannot_be_joined()
    {
        var outcome = await _host.Server.SendAsync(_host.None(["true"]) with { Namespaces = new ContainerNamespaces { Pid = NamespaceChoice.Shared, PidOf = "gone" } });
        outcome.Failure!.ShouldBe(new OrderFailure("StartContainer", FailureKind.Conflict, "failed to join PID namespace: container gone is not running", 128));
    }

    [Fact]
    public async Task The_hosts_names_and_memory_are_its_own_where_asked_for()
    {
        var text = await _host.OutputAsync(_host.None(["sh", "-c", "readlink /proc/self/ns/uts; readlink /proc/self/ns/ipc; hostname"]) with
        {
            Namespaces = new ContainerNamespaces { Uts = NamespaceChoice.Host, Ipc = NamespaceChoice.Host },
        });
        text.ShouldContain(_host.Namespaces.Run("readlink", "/proc/self/ns/uts"));
        text.ShouldContain(_host.Namespaces.Run("readlink", "/proc/self/ns/ipc"));
    }

    [Fact]
    public async Task No_shared_memory_at_all_where_asked_for() =>
        (await _host.OutputAsync(_host.None(["sh", "-c", "grep -c ' /dev/shm ' /proc/mounts"]) with { Namespaces = new ContainerNamespaces { WithoutShm = true } })).ShouldBe("0\n");

    [Fact]
    public async Task A_control_group_namespace_hides_where_the_group_is()
    {
        var own = await _host.OutputAsync(_host.None(["cat", "/proc/self/cgroup"]) with { Namespaces = new ContainerNamespaces { Cgroup = NamespaceChoice.Own } });
        own.ShouldNotContain(_host.Instance.Name);
        var hosts = await _host.OutputAsync(_host.None(["cat", "/proc/self/cgroup"]) with { Namespaces = new ContainerNamespaces { Cgroup = NamespaceChoice.Host } });
        hosts.ShouldContain(_host.Instance.Name);
    }

    private async Task<string> StartAsync(StartContainer order)
    {
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order.ContainerId;
    }

    private int PidOf(string id) => _host.Server.Reports.OfType<ContainerStartedReport>().Single(r => r.ContainerId == id).Pid;

    private Task<OrderOutcome> KillAsync(string id) => _host.Server.SendAsync(new KillContainer("kill-" + id, id, "KILL"));
}
