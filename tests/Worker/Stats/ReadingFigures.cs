using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Stats;
using Shouldly;

namespace Shiplog.Worker.Tests.Stats;

/// <summary>Control groups of both versions, as files in a folder.</summary>
public sealed class ReadingFigures : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);
    private static readonly HostFigures Host = new(5_000_000_000, 4);
    private const ulong HostMemory = 8UL << 30;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shiplog-figures-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Of_version_2_are_all_in_one_folder()
    {
        Write("cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 10\nnr_throttled 3\nthrottled_usec 77");
        Write("memory.current", "5242880");
        Write("memory.max", "67108864");
        Write("memory.events", "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1");
        Write("memory.stat", "anon 4096\nfile 8192\ninactive_file 1024\nsomething_new 9");
        Write("pids.current", "3");
        Write("pids.max", "max");
        Write("io.stat", "8:0 rbytes=4096 wbytes=512 rios=1 wios=1 dbytes=0 dios=0\n253:1 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0");
        var figures = FiguresV2.Read(_folder.FullName, Host, HostMemory, Now);
        figures.At.ShouldBe(Now);
        (figures.Cpu with { PerCpu = null }).ShouldBe(new CpuFigures(1_500_000, null, 500_000, 1_000_000, 5_000_000_000, 4, 10, 3, 77_000));
        figures.Cpu.PerCpu.ShouldBeNull();
        (figures.Memory.Usage, figures.Memory.MaxUsage, figures.Memory.Failures, figures.Memory.Limit).ShouldBe((5242880UL, 0UL, 2UL, 67108864UL));
        (figures.Memory.Stats["anon"], figures.Memory.Stats["inactive_file"], figures.Memory.Stats["pgfault"]).ShouldBe((4096UL, 1024UL, 0UL));
        figures.Memory.Stats.ShouldNotContainKey("something_new");
        figures.Processes.ShouldBe(new ProcessFigures(3, ulong.MaxValue));
        figures.Blocks.Bytes.ShouldBe([new(8, 0, "read", 4096), new(8, 0, "write", 512), new(253, 1, "read", 1), new(253, 1, "write", 2)]);
        figures.Blocks.Operations.ShouldBeNull();
    }

    [Fact]
    public void Of_version_1_are_in_a_hierarchy_for_each_controller()
    {
        Write("cpuacct/cpuacct.usage", "1500");
        Write("cpuacct/cpuacct.usage_percpu", "1000 500 ");
        Write("cpuacct/cpuacct.stat", "user 3\nsystem 2");
        Write("cpu/cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_time 77");
        Write("memory/memory.usage_in_bytes", "5242880");
        Write("memory/memory.max_usage_in_bytes", "6000000");
        Write("memory/memory.failcnt", "2");
        Write("memory/memory.limit_in_bytes", "9223372036854771712");
        Write("memory/memory.stat", "cache 8192\ntotal_inactive_file 1024\nhierarchical_memory_limit 9223372036854771712\nswap 9");
        Write("pids/pids.current", "3");
        Write("pids/pids.max", "max");
        Write("blkio/blkio.throttle.io_service_bytes", "8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\nTotal 4608");
        Write("blkio/blkio.throttle.io_serviced", "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3");
        var figures = FiguresV1.Read(controller => Path.Combine(_folder.FullName, controller), Host, HostMemory, Now);
        figures.Cpu.PerCpu.ShouldBe([1000UL, 500UL]);
        (figures.Cpu with { PerCpu = null }).ShouldBe(new CpuFigures(1500, null, 20_000_000, 30_000_000, 5_000_000_000, 4, 10, 3, 77));
        // No limit of its own: the host's memory is the limit.
        (figures.Memory.Usage, figures.Memory.MaxUsage, figures.Memory.Failures, figures.Memory.Limit).ShouldBe((5242880UL, 6000000UL, 2UL, HostMemory));
        (figures.Memory.Stats["cache"], figures.Memory.Stats["total_inactive_file"], figures.Memory.Stats["total_rss"]).ShouldBe((8192UL, 1024UL, 0UL));
        figures.Memory.Stats.ShouldNotContainKey("swap");
        figures.Processes.ShouldBe(new ProcessFigures(3, 0));
        figures.Blocks.Bytes.ShouldBe([new(8, 0, "Read", 4096), new(8, 0, "Write", 512), new(8, 0, "Total", 4608)]);
        figures.Blocks.Operations.ShouldBe([new(8, 0, "Read", 1), new(8, 0, "Write", 2), new(8, 0, "Total", 3)]);
    }

    [Fact]
    public void What_a_kernel_does_not_count_is_nothing()
    {
        var figures = FiguresV1.Read(_ => null, Host, HostMemory, Now);
        (figures.Cpu.Total, figures.Memory.Usage, figures.Processes.Current).ShouldBe((0UL, 0UL, 0UL));
        figures.Blocks.Bytes.ShouldBeEmpty();
        FiguresV2.Read(_folder.FullName, Host, HostMemory, Now).Memory.Usage.ShouldBe(0UL);
    }

    [Fact]
    public void Of_interfaces_are_those_that_were_given()
    {
        const string Titles = "Inter-|   Receive                                                |  Transmit";
        var interfaces = InterfaceCounters.Parse([
            Titles, " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
            "    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0",
            "  eth0: 1234567     890    1    2    0     0          0         0   765432     456    3    4    0     0       0          0",
            "  dum1:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0"]);
        interfaces!.Keys.ShouldBe(["eth0"]);
        interfaces["eth0"].ShouldBe(new InterfaceFigures(1234567, 890, 1, 2, 765432, 456, 3, 4));
        InterfaceCounters.Parse([Titles, Titles]).ShouldBeNull();
    }

    [Fact]
    public void Of_the_host_are_its_processors_and_their_time()
    {
        HostFigures.Parse(["cpu  1 2 3 4 5 6 7 8 9 10", "cpu0 1 0 0 0 0 0 0 0 0 0", "cpu1 0 2 3 4 5 6 7 8 9 10", "intr 12 0"])
            .ShouldBe(new HostFigures(280_000_000, 2));
        HostFigures.MemoryOf(["MemFree:  1 kB", "MemTotal:        8192 kB"]).ShouldBe(8192UL * 1024);
    }

    [Fact]
    public void Controllers_are_where_they_are_mounted()
    {
        var mounted = Cgroups.ByController([
            "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 - cgroup cgroup rw,cpu,cpuacct",
            "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"]);
        (mounted["cpu"], mounted["cpuacct"]).ShouldBe(("/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"));
        mounted.ShouldNotContainKey("cgroup2");
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }
}
