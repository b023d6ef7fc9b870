using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

/// <summary>What a container's own processes see of its limits, whichever version of control groups the host has.</summary>
public sealed class HonouringLimits(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const long Megabyte = 1 << 20;
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Memory_processes_and_cpus_are_limited()
    {
        var order = _host.None(["sh", "-c", Cgroups.IsUnified
            ? "cd /sys/fs/cgroup; cat memory.max memory.low pids.max cpu.max cpuset.cpus"
            : "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpuset/cpuset.cpus"]);
        var text = await _host.OutputAsync(order with
        {
            Limits = new ResourceLimits { Memory = 64 * Megabyte, MemoryReservation = 32 * Megabyte, Pids = 17, CpuPeriod = 100_000, CpuQuota = 50_000, CpusetCpus = "0" },
        });
        var period = Cgroups.IsUnified ? "50000 100000" : "50000\n100000";
        text.ShouldBe($"{64 * Megabyte}\n{32 * Megabyte}\n17\n{period}\n0\n");
    }

    [Fact]
    public async Task Shares_and_swap_are_set_where_the_kernel_has_them()
    {
        Assert.SkipUnless(!Cgroups.IsUnified && File.Exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"), "cgroup v1 with swap accounting");
        var order = _host.None(["sh", "-c", "cd /sys/fs/cgroup; cat cpu/cpu.shares memory/memory.memsw.limit_in_bytes memory/memory.swappiness; grep oom_kill_disable memory/memory.oom_control"]);
        var text = await _host.OutputAsync(order with
        {
            Limits = new ResourceLimits { CpuShares = 512, Memory = 64 * Megabyte, MemorySwap = 96 * Megabyte, MemorySwappiness = 7, OomKillDisable = true },
        });
        text.ShouldBe($"512\n{96 * Megabyte}\n7\noom_kill_disable 1\n");
    }

    [Fact]
    public async Task Too_many_processes_are_refused_by_the_kernel()
    {
        var text = await _host.OutputAsync(_host.None(["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; echo made"]) with
        {
            Limits = new ResourceLimits { Pids = 4 },
        });
        text.ShouldContain("can't fork");
    }

    [Fact]
    public async Task A_rate_of_a_device_is_written_by_its_number()
    {
        var loop = Directory.GetFiles("/dev", "loop?").Order().FirstOrDefault();
        Assert.SkipUnless(!Cgroups.IsUnified && loop is not null && File.Exists("/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"), "cgroup v1 with throttling, and a loop device");
        var text = await _host.OutputAsync(_host.None(["cat", "/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"]) with
        {
            Limits = new ResourceLimits { ReadBytes = [new BlockRate(loop!, 1048576)] },
        });
        text.ShouldBe($"7:{loop!["/dev/loop".Length..]} 1048576\n");
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named()
    {
        var outcome = await _host.Server.SendAsync(_host.None(["true"]) with { Limits = new ResourceLimits { WriteBytes = [new BlockRate("/dev/nosuch", 1)] } });
        outcome.Failure!.Error.ShouldBe("stat /dev/nosuch: no such file or directory");
        outcome.Failure.Kind.ShouldBe(FailureKind.Invalid);
    }

    [Fact]
    public async Task Processes_have_their_own_limits()
    {
        var text = await _host.OutputAsync(_host.None(["sh", "-c", "ulimit -n; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj"], p => p with
        {
            Limits = [new ProcessLimit("nofile", 100, 200), new ProcessLimit("core", 0, 0)],
            OomScoreAdj = 300,
        }));
        text.ShouldBe("100\n200\n0\n300\n");
    }

    [Fact]
    public async Task Limits_above_the_workers_own_are_refused_with_the_reason()
    {
        Assert.SkipWhen(Capabilities.Own().Contains("CAP_SYS_RESOURCE"), "this worker may raise limits");
        var raised = await _host.Server.SendAsync(_host.None(["true"], p => p with { Limits = [new ProcessLimit("nofile", 9_999_999, 9_999_999)] }));
        raised.Failure!.Error.ShouldStartWith("ulimit nofile=9999999:9999999 cannot be set: the worker's own hard limit is ");
        raised.Failure.Error.ShouldContain("CAP_SYS_RESOURCE");
        var lowered = await _host.Server.SendAsync(_host.None(["true"], p => p with { OomScoreAdj = -500 }));
        lowered.Failure!.Error.ShouldContain("--oom-score-adj -500 cannot be set");
    }

    [Fact]
    public async Task Shared_memory_has_the_size_that_was_asked_for()
    {
        (await _host.OutputAsync(_host.None(["grep", " /dev/shm ", "/proc/mounts"]) with { ShmSize = 8 * Megabyte })).ShouldContain("size=8192k");
        (await _host.OutputAsync(_host.None(["grep", " /dev/shm ", "/proc/mounts"]))).ShouldContain("size=65536k");
    }

    [Fact]
    public async Task Kernel_parameters_of_its_namespaces_are_set()
    {
        var text = await _host.OutputAsync(_host.None(["cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/msgmax"]) with
        {
            Sysctls = new() { ["net.ipv4.ip_forward"] = "1", ["kernel.msgmax"] = "4242" },
        });
        text.ShouldBe("1\n4242\n");
    }
}
