using CsCheck;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Tests.Containers;

public sealed class JudgingOptions
{
    private const long Megabyte = 1 << 20;
    private const long Cpu = 1_000_000_000;

    private static readonly HostFeatures Everything = new()
    {
        MemoryLimit = true,
        SwapLimit = true,
        MemoryReservation = true,
        OomKillDisable = true,
        MemorySwappiness = true,
        CpuShares = true,
        CpuCfs = true,
        Cpuset = true,
        PidsLimit = true,
        BlockWeight = true,
        BlockRates = true,
        CgroupNamespaces = true,
        Forwarding = true,
        Cpus = 2,
        CpuList = "0-1",
        MemoryNodes = "0",
    };

    public static TheoryData<Resources, string> Senseless => new()
    {
        { new() { Memory = 1 }, "Minimum memory limit allowed is 6MB" },
        { new() { Memory = -1 }, "Minimum memory limit allowed is 6MB" },
        { new() { Memory = 16 * Megabyte, MemorySwap = 8 * Megabyte }, "Minimum memoryswap limit should be larger than memory limit, see usage" },
        { new() { MemorySwap = 8 * Megabyte }, "You should always set the Memory limit when using Memoryswap limit, see usage" },
        { new() { MemorySwappiness = 101 }, "Invalid value: 101, valid memory swappiness range is 0-100" },
        { new() { MemorySwappiness = -2 }, "Invalid value: -2, valid memory swappiness range is 0-100" },
        { new() { MemoryReservation = 1 }, "Minimum memory reservation allowed is 6MB" },
        { new() { Memory = 8 * Megabyte, MemoryReservation = 9 * Megabyte }, "Minimum memory limit can not be less than memory reservation limit, see usage" },
        { new() { CpuShares = -1 }, "invalid CPU shares (-1): value must be a positive integer" },
        { new() { NanoCpus = Cpu, CpuPeriod = 1000 }, "Conflicting options: Nano CPUs and CPU Period cannot both be set" },
        { new() { NanoCpus = Cpu, CpuQuota = 1000 }, "Conflicting options: Nano CPUs and CPU Quota cannot both be set" },
        { new() { NanoCpus = 3 * Cpu }, "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available" },
        { new() { NanoCpus = 1 }, "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available" },
        { new() { NanoCpus = -1 }, "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available" },
        { new() { CpuPeriod = 999 }, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)" },
        { new() { CpuQuota = 999 }, "CPU cfs quota can not be less than 1ms (i.e. 1000)" },
        { new() { CpusetCpus = "0-2" }, "Requested CPUs are not available - requested 0-2, available: 0-1" },
        { new() { CpusetCpus = "1-0" }, "Invalid value 1-0 for cpuset cpus: invalid format: 1-0" },
        { new() { CpusetMems = "1" }, "Requested memory nodes are not available - requested 1, available: 0" },
        { new() { BlkioWeight = 9 }, "Range of blkio weight is from 10 to 1000" },
        { new() { BlkioDeviceReadBps = [new("/dev/sda", -1)] }, "invalid rate -1 for device /dev/sda: it must not be negative" },
    };

    [Theory]
    [MemberData(nameof(Senseless))]
    public void Limits_that_make_no_sense_are_refused_in_dockers_words(Resources asked, string fault) =>
        Fit(Given.Host with { Resources = asked }).Fault.ShouldBe(new Refusal(RefusalKind.Invalid, fault));

    public static TheoryData<Resources, Resources, string> Missing => new()
    {
        { new() { Memory = 8 * Megabyte }, new() { MemorySwap = -1 }, "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded." },
        { new() { MemorySwappiness = 1 }, new(), "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded." },
        { new() { MemoryReservation = 8 * Megabyte }, new(), "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded." },
        { new() { OomKillDisable = true }, new(), "Your kernel does not support OomKillDisable. OomKillDisable discarded." },
        { new() { PidsLimit = 1 }, new(), "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded." },
        { new() { CpuShares = 2 }, new(), "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded." },
        { new() { CpuQuota = 1000 }, new(), "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded." },
        { new() { CpusetCpus = "0" }, new(), "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded." },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public void What_docker_does_without_is_left_out_with_a_warning(Resources asked, Resources left, string warning)
    {
        var fitted = HostRules.Fit(Given.Host with { Resources = asked }, "", new HostFeatures { Forwarding = true });
        fitted.Fault.ShouldBeNull();
        fitted.Warnings.ShouldBe([warning]);
        fitted.Host.Resources.ShouldBe(left);
    }

    [Fact]
    public void Rates_and_weights_of_devices_are_refused_where_the_kernel_has_none()
    {
        var bare = Everything with { BlockWeight = false, BlockRates = false };
        HostRules.Fit(Given.Host with { Resources = new() { BlkioWeight = 500 } }, "", bare).Fault!.Message.ShouldContain("does not support Block I/O weight");
        HostRules.Fit(Given.Host with { Resources = new() { BlkioDeviceWriteIOps = [new("/dev/sda", 1)] } }, "", bare).Fault!.Message
            .ShouldContain("does not support Block I/O limits");
    }

    [Fact]
    public void Swap_is_as_much_as_memory_unless_it_is_said()
    {
        Fit(Given.Host with { Resources = new() { Memory = 8 * Megabyte } }).Host.Resources!.MemorySwap.ShouldBe(16 * Megabyte);
        Fit(Given.Host with { Resources = new() { Memory = 8 * Megabyte, MemorySwap = -1 } }).Host.Resources!.MemorySwap.ShouldBe(-1);
        Fit(Given.Host with { Resources = new() { Memory = long.MaxValue } }).Host.Resources!.MemorySwap.ShouldBe(-1);
    }

    [Theory]
    [InlineData("no-new-privileges", true, null)]
    [InlineData("no-new-privileges:true", true, null)]
    [InlineData("no-new-privileges=false", false, null)]
    [InlineData("seccomp=unconfined", false, "unconfined")]
    [InlineData("seccomp=builtin", false, null)]
    [InlineData("seccomp:unconfined", false, "unconfined")]
    [InlineData("""seccomp={"defaultAction":"SCMP_ACT_ALLOW"}""", false, """{"defaultAction":"SCMP_ACT_ALLOW"}""")]
    [InlineData("apparmor=unconfined", false, null)]
    [InlineData("label=disable", false, null)]
    public void Security_options_are_taken_apart(string option, bool noNewPrivileges, string? seccomp)
    {
        var options = new SecurityOptions { SecurityOpt = [option] };
        Fit(Given.Host with { Security = options }).Fault.ShouldBeNull();
        SecurityRules.Read(options).ShouldBe(new SecurityMeaning(noNewPrivileges, seccomp, null));
    }

    [Theory]
    [InlineData("nonsense", "invalid --security-opt 1: \"nonsense\"")]
    [InlineData("no-new-privileges=perhaps", "invalid --security-opt 2: \"no-new-privileges=perhaps\"")]
    [InlineData("systempaths=unconfined", "invalid --security-opt 2: \"systempaths=unconfined\"")]
    [InlineData("apparmor=mine", "--security-opt apparmor=mine: this host has no AppArmor; leave it away or use apparmor=unconfined")]
    [InlineData("label=type:x", "--security-opt label=type:x: labels need SELinux, which this host has not got; leave it away or use label=disable")]
    [InlineData("seccomp={}", "Decoding seccomp profile failed: it has no defaultAction")]
    public void Security_options_that_cannot_be_honoured_are_refused(string option, string fault) =>
        Fit(Given.Host with { Security = new() { SecurityOpt = [option] } }).Fault!.Message.ShouldBe(fault);

    [Fact]
    public void A_profile_that_is_no_json_is_refused() =>
        Fit(Given.Host with { Security = new() { SecurityOpt = ["seccomp=/a/file"] } }).Fault!.Message.ShouldStartWith("Decoding seccomp profile failed: ");

    [Theory]
    [InlineData("net.ipv4.ip_forward", "bridge", null, null)]
    [InlineData("net/ipv4/ip_forward", "bridge", null, null)]
    [InlineData("net.ipv4.ip_forward", "host", null, "sysctl \"net.ipv4.ip_forward\" not allowed in host network namespace")]
    [InlineData("kernel.msgmax", "bridge", null, null)]
    [InlineData("fs.mqueue.msg_max", "bridge", "host", "sysctl \"fs.mqueue.msg_max\" is not allowed in the hosts ipc namespace")]
    [InlineData("kernel.hostname", "bridge", null, "sysctl \"kernel.hostname\" is not allowed as it conflicts with the OCI \"hostname\" field")]
    [InlineData("kernel.panic", "bridge", null, "sysctl \"kernel.panic\" is not in a separate kernel namespace")]
    [InlineData("net/../kernel/core_pattern", "bridge", null, "sysctl 'net/../kernel/core_pattern' is not allowed")]
    [InlineData("net...kernel.core_pattern", "bridge", null, "sysctl 'net...kernel.core_pattern' is not allowed")]
    public void Only_parameters_of_its_own_namespaces_may_be_set(string name, string network, string? ipc, string? fault) =>
        (Fit(Given.Host with { NetworkMode = network, Sysctls = new() { [name] = "1" }, Namespaces = new() { Ipc = ipc } }).Fault?.Message).ShouldBe(fault);

    [Fact]
    public void Modes_ranges_and_devices_are_checked()
    {
        ShouldRefuse(Given.Host with { Namespaces = new() { Pid = "private" } }, "invalid PID mode: private");
        ShouldRefuse(Given.Host with { Namespaces = new() { Ipc = "x" } }, "invalid IPC mode: x");
        ShouldRefuse(Given.Host with { Namespaces = new() { Uts = "x" } }, "invalid UTS mode: x");
        ShouldRefuse(Given.Host with { Namespaces = new() { Cgroup = "x" } }, "invalid cgroup namespace mode: x");
        ShouldRefuse(Given.Host with { ShmSize = -1 }, "SHM size can not be less than 0");
        ShouldRefuse(Given.Host with { OomScoreAdj = 1001 }, "Invalid value 1001, range for oom score adj is [-1000, 1000]");
        ShouldRefuse(Given.Host with { Ulimits = [new("files", 1, 1)] }, "invalid ulimit type: files");
        ShouldRefuse(Given.Host with { Ulimits = [new("nofile", -1, 1)] }, "ulimit soft limit must be less than or equal to hard limit: -1 > 1");
        ShouldRefuse(Given.Host with { Devices = new() { CgroupRules = ["c 1:3 rwx"] } }, "invalid device cgroup rule format: 'c 1:3 rwx'");
        ShouldRefuse(Given.Host with { Devices = new() { Mappings = [new("/dev/fuse", "/a/../../etc", "rwm")] } },
            "invalid path \"/a/../../etc\" for device /dev/fuse: it must be absolute, without \"..\"");
        ShouldRefuse(Given.Host with { Security = new() { MaskedPaths = ["etc"] } }, "invalid path \"etc\" in MaskedPaths or ReadonlyPaths: it must be absolute");
        HostRules.Fit(Given.Host with { Namespaces = new() { Uts = "host" } }, "box", Everything).Fault!.Message
            .ShouldBe("conflicting options: hostname and the UTS mode");
        HostRules.Fit(Given.Host, new string('x', 65), Everything).Fault!.Message.ShouldContain("is too long (maximum 64 bytes)");
    }

    [Fact]
    public void Without_forwarding_networks_do_not_work()
    {
        HostRules.Fit(Given.Host, "", Everything with { Forwarding = false }).Warnings.ShouldBe(["IPv4 forwarding is disabled. Networking will not work."]);
        HostRules.Fit(Given.Host with { NetworkMode = "host" }, "", Everything with { Forwarding = false }).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_is_accepted_fits_again() => Gen.Select(Gen.Long, Gen.Long, Gen.Long, Gen.Int[-3, 200], Gen.Bool).Sample((memory, swap, cpus, swappiness, kill) =>
    {
        var fitted = Fit(Given.Host with
        {
            Resources = new() { Memory = memory, MemorySwap = swap, NanoCpus = cpus, MemorySwappiness = swappiness, OomKillDisable = kill },
        });
        if (fitted.Fault is null)
        {
            var again = Fit(fitted.Host);
            again.Fault.ShouldBeNull();
            again.Host.Resources.ShouldBe(fitted.Host.Resources);
        }
    });

    private static void ShouldRefuse(HostOptions asked, string fault) => Fit(asked).Fault.ShouldBe(new Refusal(RefusalKind.Invalid, fault));

    private static FittedOptions Fit(HostOptions asked) => HostRules.Fit(asked, "", Everything);
}
