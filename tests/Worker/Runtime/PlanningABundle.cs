using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class PlanningABundle
{
    private static readonly ContainerUser Root = new(0, 0, [0], "/root");

    [Fact]
    public void Has_dockers_masked_and_readonly_paths_and_closed_devices()
    {
        var linux = Plan().Linux;
        foreach (var path in (string[])["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/proc/acpi", "/proc/latency_stats"])
            linux.MaskedPaths.ShouldContain(path);
        linux.ReadonlyPaths.ShouldBe(["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
        linux.Resources.Devices[0].ShouldBe(new OciDeviceRule(false, null, null, null, "rwm"));
    }

    [Fact]
    public void Joins_its_own_network_namespace_or_none()
    {
        Plan().Linux.Namespaces.ShouldContain(new OciNamespace("network", "/run/netns"));
        var onHost = Plan(i => i with { NetworkNamespace = null });
        onHost.Linux.Namespaces.ShouldNotContain(n => n.Type == "network");
        onHost.Linux.Sysctl.ShouldBeEmpty();
    }

    [Fact]
    public void Has_a_control_group_namespace_on_unified_hosts_only()
    {
        Plan().Linux.Namespaces.ShouldNotContain(n => n.Type == "cgroup");
        Plan(i => i with { Unified = true }).Linux.Namespaces.ShouldContain(n => n.Type == "cgroup");
    }

    [Fact]
    public void Another_user_than_root_has_no_capability_in_effect()
    {
        Plan().Process.Capabilities.Effective.ShouldBe(["CAP_KILL"]);
        var capabilities = Plan(i => i with { User = new ContainerUser(1000, 1000, [1000], "/") }).Process.Capabilities;
        capabilities.Effective.ShouldBeEmpty();
        capabilities.Permitted.ShouldBeEmpty();
        capabilities.Bounding.ShouldBe(["CAP_KILL"]);
    }

    [Fact]
    public void The_environment_has_dockers_defaults_unless_they_are_set()
    {
        var process = SomeOrder.Process with { Tty = true, Env = ["HOME=/h", "X=a=b", "UNSET"] };
        Plan(i => i with { Order = i.Order with { Process = process } }).Process.Env.ShouldBe([
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=box", "TERM=xterm", "HOME=/h", "X=a=b"]);
    }

    [Fact]
    public void A_readonly_root_has_readonly_etc_files_too()
    {
        var plan = Plan(i => i with { Order = i.Order with { RootFs = i.Order.RootFs with { ReadOnly = true } } });
        plan.Root.Readonly.ShouldBeTrue();
        plan.Mounts.Single(m => m.Destination == "/etc/hosts").Options.ShouldContain("ro");
    }

    [Fact]
    public void Is_written_with_the_specifications_names()
    {
        var json = JsonSerializer.Serialize(Plan(), OciJson.Default.OciSpec);
        json.ShouldContain("\"ociVersion\":\"1.0.2\"");
        json.ShouldContain("\"noNewPrivileges\":false");
        json.ShouldContain("\"cgroupsPath\":\"/shiplog/c\"");
        json.ShouldContain("\"run.oci.seccomp_bpf_data\":\"QUJD\"");
        json.ShouldNotContain("null");
    }

    private static OciSpec Plan(Func<OciInputs, OciInputs>? change = null)
    {
        var inputs = new OciInputs(
            SomeOrder.Start, "/merged", "/folder", i => new MountSource($"/staged/{i}", []), "/run/netns", Root, ["CAP_KILL"], "/shiplog/c", false, (0, 0), "QUJD", null);
        return OciConfig.Plan(change?.Invoke(inputs) ?? inputs);
    }
}
