using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class ReadingControlGroups
{
    [Fact]
    public void Finds_where_they_are_mounted()
    {
        Cgroups.Find([
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
            "35 31 0:32 / /sys/fs/cgroup/memory rw shared:1 - cgroup cgroup rw,memory",
            "36 31 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"]).ShouldBe(("/sys/fs/cgroup/memory", null));
        Cgroups.Find(["30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"]).ShouldBe((null, "/sys/fs/cgroup"));
    }

    [Fact]
    public void Counts_kills_for_memory() =>
        Cgroups.CountOf("oom_kill", ["oom_kill_disable 0", "under_oom 0", "oom_kill 3"]).ShouldBe(3);
}
