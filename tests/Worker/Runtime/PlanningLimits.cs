using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

/// <summary>Other limits for a group that exists, as files in the order in which the kernel takes them.</summary>
public sealed class PlanningLimits
{
    private static readonly ResourceLimits All = new()
    {
        Memory = 64,
        MemorySwap = 128,
        MemoryReservation = 32,
        CpuShares = 512,
        CpuPeriod = 100_000,
        CpuQuota = 50_000,
        CpusetCpus = "0-1",
        CpusetMems = "0",
        Pids = 17,
        BlockWeight = 505,
    };

    [Fact]
    public void Version_1_has_a_file_for_each() => Files(LimitPlan.V1(All, 1000)).ShouldBe(
    [
        "memory.limit_in_bytes=64", "memory.memsw.limit_in_bytes=128", "memory.soft_limit_in_bytes=32", "cpu.shares=512", "cpu.cfs_period_us=100000",
        "cpu.cfs_quota_us=50000", "cpuset.cpus=0-1", "cpuset.mems=0", "pids.max=17", "blkio.weight=505",
    ]);

    [Fact]
    public void Version_2_has_swap_by_itself_and_weights_of_its_own() => Files(LimitPlan.V2(All)).ShouldBe(
    [
        "memory.max=64", "memory.swap.max=64", "memory.low=32", "cpu.weight=20", "cpu.max=50000 100000", "cpuset.cpus=0-1", "cpuset.mems=0", "pids.max=17",
        "io.weight=default 5000",
    ]);

    [Theory]
    [InlineData(64, 128, 1000, "memory.limit_in_bytes=64", "memory.memsw.limit_in_bytes=128")]
    [InlineData(640, 1280, 100, "memory.memsw.limit_in_bytes=1280", "memory.limit_in_bytes=640")]
    [InlineData(640, -1, 100, "memory.memsw.limit_in_bytes=-1", "memory.limit_in_bytes=640")]
    [InlineData(-1, -1, 100, "memory.memsw.limit_in_bytes=-1", "memory.limit_in_bytes=-1")]
    public void Memory_never_passes_memory_and_swap(long memory, long swap, ulong now, string first, string second) =>
        Files(LimitPlan.V1(new ResourceLimits { Memory = memory, MemorySwap = swap }, now)).Take(2).ShouldBe([first, second]);

    [Fact]
    public void Where_the_kernel_does_not_limit_swap_nothing_is_written_of_it() =>
        Files(LimitPlan.V1(new ResourceLimits { Memory = 64, MemorySwap = -1 }, null)).ShouldBe(["memory.limit_in_bytes=64", "pids.max=max"]);

    [Fact]
    public void No_limit_of_processes_is_the_kernels_word_for_it()
    {
        Files(LimitPlan.V1(new ResourceLimits(), 1000)).ShouldBe(["pids.max=max"]);
        Files(LimitPlan.V2(new ResourceLimits { MemorySwap = -1, CpuQuota = -1 })).ShouldBe(["memory.swap.max=max", "cpu.max=max 100000", "pids.max=max"]);
    }

    [Fact]
    public void What_is_undone_is_as_before_or_as_the_kernel_has_it()
    {
        var before = new ResourceLimits { Memory = 32, CpuShares = 7, Pids = 3 };
        LimitPlan.Before(new ResourceLimits { Memory = 64, MemorySwap = 128, CpuShares = 512, CpuPeriod = 5000, CpuQuota = 5000, CpusetCpus = "0" }, before, "0-3", "0")
            .ShouldBe(new ResourceLimits { Memory = 32, MemorySwap = -1, CpuShares = 7, CpuPeriod = 100_000, CpuQuota = -1, CpusetCpus = "0-3", Pids = 3 });
        LimitPlan.Before(new ResourceLimits(), null, "0-3", "0").ShouldBe(new ResourceLimits());
    }

    private static string[] Files(IEnumerable<ControlWrite> plan) => [.. plan.Select(w => $"{w.File}={w.Value}")];
}
