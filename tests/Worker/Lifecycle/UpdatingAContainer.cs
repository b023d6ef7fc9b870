using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

/// <summary>Other limits, and another restart policy, while the program runs.</summary>
public sealed class UpdatingAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const long Megabyte = 1 << 20;
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Its_control_groups_have_the_new_limits_also_after_the_workers_end()
    {
        var order = _host.None(["sleep", "1000"]) with { Limits = new ResourceLimits { Memory = 64 * Megabyte, MemorySwap = 64 * Megabyte, Pids = 17 } };
        await StartAsync(order);
        await UpdateAsync(order, new ResourceLimits { Memory = 96 * Megabyte, MemorySwap = 128 * Megabyte, CpuPeriod = 100_000, CpuQuota = 50_000, CpuShares = 512, Pids = 20 });
        Limits(order).ShouldBe(($"{96 * Megabyte}", "20", "50000"));
        await UpdateAsync(order, new ResourceLimits { Memory = 32 * Megabyte, MemorySwap = 32 * Megabyte, CpuPeriod = 100_000, CpuQuota = -1, CpuShares = 512 }, "second");
        Limits(order).ShouldBe(($"{32 * Megabyte}", "max", Cgroups.IsUnified ? "max" : "-1"));

        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        Limits(order).ShouldBe(($"{32 * Megabyte}", "max", Cgroups.IsUnified ? "max" : "-1"));
        await EndAsync(order);
    }

    [Fact]
    public async Task What_the_kernel_refuses_leaves_the_limits_as_they_were()
    {
        var order = _host.None(["sleep", "1000"]) with { Limits = new ResourceLimits { Memory = 64 * Megabyte, MemorySwap = 64 * Megabyte, Pids = 17 } };
        await StartAsync(order);
        // There is no such processor; memory was written by then.
        var outcome = await _host.Server.SendAsync(new UpdateContainer(
            "refused", order.ContainerId, new ResourceLimits { CpusetCpus = "4000", Memory = 48 * Megabyte, MemorySwap = 48 * Megabyte }, null));
        outcome.Failure!.Kind.ShouldBe(FailureKind.Internal);
        outcome.Failure.Error.ShouldStartWith("write 4000 to cpuset.cpus: ");
        (Limits(order).Memory, Limits(order).Pids).ShouldBe(($"{64 * Megabyte}", "17"));
        Text(order, "cpuset", "cpuset.cpus").ShouldNotBe("4000");
        _host.Server.Reports.OfType<StepFailedReport>().ShouldNotContain(r => r.ContainerId == order.ContainerId);
        _host.Server.Reports.OfType<ContainerUpdatedReport>().ShouldNotContain(r => r.ContainerId == order.ContainerId);
        await EndAsync(order);
    }

    [Fact]
    public async Task A_new_restart_policy_is_what_its_next_end_meets_and_limits_are_those_of_the_next_run()
    {
        // Each run tells its limit of processes, and ends when it is told to.
        var order = _host.None(
            ["sh", "-c", "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; trap 'exit 3' USR1; echo ready; while :; do sleep 0.1; done"],
            p => p with { StopSignal = "TERM" }) with
        {
            Limits = new ResourceLimits { Pids = 40 },
        };
        await StartAsync(order);
        await UpdateAsync(order, new ResourceLimits { Pids = 30 }, restart: new RestartPolicy(RestartCondition.OnFailure, 1));
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        await SaysAsync(order, "40", "ready");
        await SignalAsync(order, "USR1", "first");
        await _host.Server.ReceivedAsync<ContainerRestartedReport>(r => r.ContainerId == order.ContainerId);
        await SaysAsync(order, "40", "ready", "30", "ready");

        await UpdateAsync(order, new ResourceLimits { Pids = 30 }, "never", restart: null);
        await SignalAsync(order, "USR1", "second");
        await Eventually.Async(() => _host.Server.Reports.OfType<ContainerExitedReport>().Count(r => r.ContainerId == order.ContainerId) == 2);
        _host.Server.Reports.OfType<RestartScheduledReport>().Count(r => r.ContainerId == order.ContainerId).ShouldBe(1);
    }

    [Fact]
    public async Task One_that_has_ended_meanwhile_is_no_failure()
    {
        var order = _host.None(["true"]);
        await StartAsync(order);
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        await UpdateAsync(order, new ResourceLimits { Memory = 64 * Megabyte });
    }

    private async Task StartAsync(StartContainer order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

    private async Task UpdateAsync(StartContainer order, ResourceLimits limits, string id = "first", RestartPolicy? restart = null)
    {
        (await _host.Server.SendAsync(new UpdateContainer($"update-{id}-{order.ContainerId[..8]}", order.ContainerId, limits, restart))).Failure.ShouldBeNull();
        await _host.Server.ReceivedAsync<ContainerUpdatedReport>(r => r.ContainerId == order.ContainerId);
    }

    private async Task SignalAsync(StartContainer order, string signal, string id) =>
        (await _host.Server.SendAsync(new KillContainer($"{id}-{order.ContainerId[..8]}", order.ContainerId, signal))).Failure.ShouldBeNull();

    private async Task EndAsync(StartContainer order)
    {
        await SignalAsync(order, "KILL", "end");
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
    }

    private async Task SaysAsync(StartContainer order, params string[] lines)
    {
        using var http = _host.Server.Http();
        for (var end = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(20))
        {
            if ((await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&tty=1")) == string.Join('\n', lines) + "\n")
                return;
            DateTime.UtcNow.ShouldBeLessThan(end, $"it does not say {string.Join(", ", lines)}");
        }
    }

    private (string Memory, string Pids, string Quota) Limits(StartContainer order) => Cgroups.IsUnified
        ? (Text(order, "memory", "memory.max"), Text(order, "pids", "pids.max"), Text(order, "cpu", "cpu.max").Split(' ')[0])
        : (Text(order, "memory", "memory.limit_in_bytes"), Text(order, "pids", "pids.max"), Text(order, "cpu", "cpu.cfs_quota_us"));

    private string Text(StartContainer order, string controller, string file) => ControlFile.Text(Folder(order, controller), file);

    private string? Folder(StartContainer order, string controller)
    {
        var group = _host.Paths(order.ContainerId).Cgroup(null);
        return Cgroups.IsUnified ? Cgroups.UnifiedFolder(group) : Cgroups.Folder(controller, group);
    }
}
