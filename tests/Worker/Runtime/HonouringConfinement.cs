using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

/// <summary>What a container is kept from, seen from inside.</summary>
public sealed class HonouringConfinement(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const string NoDirectories = """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}""";
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task A_privileged_container_has_what_the_worker_has()
    {
        var text = await InsideAsync(
            "cat /proc/self/status; ls -l /dev/kmsg; wc -c < /proc/kcore > /dev/null && echo kcore; test -w /proc/sys/kernel && echo sysctl; mkdir /sys/fs/cgroup/pids/x 2>&1 || mkdir /sys/fs/cgroup/x 2>&1; grep -c ' /proc/.* ro,' /proc/mounts",
            new ContainerConfinement { Privileged = true });
        var own = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapBnd:", StringComparison.Ordinal)).Split('\t')[1];
        text.ShouldContain("CapEff:\t" + own);
        text.ShouldContain("Seccomp:\t0");
        text.ShouldContain("sysctl\n");
        text.ShouldNotContain("Read-only");
        text.ShouldEndWith("0\n");
        if (File.Exists("/dev/kmsg"))
            text.ShouldContain("1,  11");
    }

    [Fact]
    public async Task No_new_privileges_and_no_filter_where_asked_for()
    {
        var text = await InsideAsync("cat /proc/self/status", new ContainerConfinement { NoNewPrivileges = true, Seccomp = "unconfined" });
        text.ShouldContain("NoNewPrivs:\t1");
        text.ShouldContain("Seccomp:\t0");
        text.ShouldContain("CapBnd:\t00000000a80425fb");
    }

    [Fact]
    public async Task A_profile_of_ones_own_filters()
    {
        var text = await InsideAsync("mkdir /tmp/d 2>&1; echo $?", new ContainerConfinement { Seccomp = NoDirectories });
        text.ShouldContain("No space left on device");
        text.ShouldEndWith("1\n");
        // The old spelling, with one name.
        var old = NoDirectories.Replace("""["mkdir","mkdirat"]""", "\"mkdir\"", StringComparison.Ordinal).Replace("names", "name", StringComparison.Ordinal);
        (await InsideAsync("mkdir /tmp/d 2>&1; echo $?", new ContainerConfinement { Seccomp = old })).ShouldEndWith("1\n");
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "the seccomp profile's action SCMP_ACT_NOTIFY is not supported")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["none"]}""", "the seccomp profile's architecture none is not known")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_TSYNC"]}""", "the seccomp profile: flags (SECCOMP_FILTER_FLAG_TSYNC) are not supported")]
    public async Task A_profile_that_cannot_be_kept_is_refused(string profile, string reason)
    {
        var outcome = await _host.Server.SendAsync(_host.None(["true"]) with { Confinement = new ContainerConfinement { Seccomp = profile } });
        outcome.Failure!.Error.ShouldBe(reason);
        outcome.Failure.Kind.ShouldBe(FailureKind.Invalid);
    }

    [Fact]
    public async Task Masks_of_ones_own_replace_the_default_ones()
    {
        var text = await InsideAsync(
            "wc -c < /proc/version; head -c 1 /proc/interrupts | wc -c; mkdir /etc/x 2>&1",
            new ContainerConfinement { MaskedPaths = ["/proc/version"], ReadonlyPaths = ["/etc"] });
        text.ShouldStartWith("0\n1\n");
        text.ShouldContain("'/etc/x': Read-only file system");
    }

    [Fact]
    public async Task A_device_can_be_used_as_far_as_was_said()
    {
        var granted = new ContainerConfinement { Devices = [new DeviceGrant("/dev/null", "/dev/hole", "w"), new DeviceGrant("/dev/net", "/dev/nets", "rwm")] };
        var text = await InsideAsync("ls -l /dev/hole; echo x > /dev/hole && echo written", granted with { Devices = [granted.Devices![0]] });
        text.ShouldContain("1,   3");
        text.ShouldContain("written");
        if (File.Exists("/dev/net/tun"))
            (await InsideAsync("ls -l /dev/nets", granted)).ShouldContain("10, 200");
    }

    [Fact]
    public async Task A_device_that_was_not_granted_cannot_be_opened()
    {
        // As root of the container, with mknod allowed: the device controller is what stands before it.
        const string Open = "mknod /tmp/loops c 10 237; : < /tmp/loops; echo $?";
        (await InsideAsync(Open, new ContainerConfinement())).ShouldContain("Operation not permitted");
        (await InsideAsync(Open, new ContainerConfinement { DeviceRules = ["c 10:* rwm"] })).ShouldNotContain("Operation not permitted");
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named()
    {
        var order = _host.None(["true"]) with { Confinement = new ContainerConfinement { Devices = [new DeviceGrant("/dev/nosuch", "/dev/x", "rwm")] } };
        (await _host.Server.SendAsync(order)).Failure!.Error.ShouldBe(
            "error gathering device information while adding custom device \"/dev/nosuch\": no such file or directory");
    }

    [Fact]
    public async Task Further_groups_are_looked_up_in_the_image()
    {
        (await _host.OutputAsync(_host.None(["id"], p => p with { GroupAdd = ["audio", "4711"] }))).ShouldContain("groups=0(root),29(audio),4711");
        var outcome = await _host.Server.SendAsync(_host.None(["true"], p => p with { GroupAdd = ["nosuch"] }));
        outcome.Failure!.Error.ShouldBe("unable to find group nosuch: no matching entries in group file");
    }

    [Fact]
    public async Task An_init_of_the_hosts_reaps_and_hands_on_signals()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tini-static"), "the package tini is not installed");
        var text = await _host.OutputAsync(_host.None(["sh", "-c", "cat /proc/1/comm; echo $$; exit 9"], p => p with { Init = true }));
        text.ShouldStartWith("docker-init\n");
        text.Split('\n')[1].ShouldNotBe("1");
        InitProgram.IsStatic(InitProgram.Find()).ShouldBeTrue();
    }

    private Task<string> InsideAsync(string script, ContainerConfinement confinement) =>
        _host.OutputAsync(_host.None(["sh", "-c", script]) with { Confinement = confinement });
}
