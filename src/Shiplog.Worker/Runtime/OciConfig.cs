using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>What a container's config.json is made from, everything looked up.</summary>
/// <param name="Folder">The container's own folder, which holds the files to mount over <c>/etc</c>.</param>
/// <param name="NetworkNamespace">Where it is pinned; <see langword="null"/> for the host's.</param>
/// <param name="Unified">The host has cgroup v2 only.</param>
/// <param name="SeccompBpf">The compiled filter for crun, in base64; <see langword="null"/> where the runtime compiles.</param>
/// <param name="Seccomp">The filter's rules for a runtime that compiles them.</param>
internal sealed record OciInputs(
    StartContainer Order, string RootFs, string Folder, string? NetworkNamespace, ContainerUser User, string[] Capabilities,
    string CgroupPath, bool Unified, (int Width, int Height) Console, string? SeccompBpf, OciSeccomp? Seccomp);

/// <summary>The OCI bundle's config.json as data, with Docker's defaults throughout.</summary>
internal static class OciConfig
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly OciMount[] KernelMounts =
    [
        new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
        new("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        new("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        new("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
        new("/sys/fs/cgroup", "cgroup", "cgroup", ["ro", "nosuid", "noexec", "nodev"]),
        new("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
        new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"]),
    ];

    private static readonly string[] MaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    // Everything closed but null, zero, random, urandom, tty and console; the runtime adds the pseudo-terminals.
    private static readonly OciDeviceRule[] DeviceRules =
    [
        new(false, null, null, null, "rwm"),
        new(true, "c", 1, 3, "rwm"), new(true, "c", 1, 5, "rwm"), new(true, "c", 1, 8, "rwm"), new(true, "c", 1, 9, "rwm"),
        new(true, "c", 5, 0, "rwm"), new(true, "c", 5, 1, "rwm"),
    ];

    public static OciSpec Plan(OciInputs inputs)
    {
        var process = inputs.Order.Process;
        return new OciSpec(
            "1.0.2",
            new OciProcess(
                process.Tty,
                process.Tty && inputs.Console is { Width: > 0, Height: > 0 } size ? new OciConsoleSize(size.Height, size.Width) : null,
                new OciUser(inputs.User.Uid, inputs.User.Gid, inputs.User.Groups),
                process.Args,
                Environment(process, inputs.User),
                process.WorkingDirectory is { Length: > 0 } folder ? folder : "/",
                CapabilitiesOf(inputs),
                NoNewPrivileges: false),
            new OciRoot(inputs.RootFs, inputs.Order.RootFs.ReadOnly),
            process.Hostname,
            process.Domainname is { Length: > 0 } domain ? domain : null,
            [.. KernelMounts, .. EtcMounts(inputs)],
            inputs.SeccompBpf is { } bpf ? new() { ["run.oci.seccomp_bpf_data"] = bpf } : [],
            Linux(inputs));
    }

    private static OciLinux Linux(OciInputs inputs) => new(
        [.. Namespaces(inputs)],
        inputs.CgroupPath,
        new OciResources(DeviceRules),
        // A namespace of one's own lets one open low ports and ping without capabilities; nobody else's are at stake.
        inputs.NetworkNamespace is null
            ? []
            : new() { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" },
        MaskedPaths,
        ReadonlyPaths,
        inputs.Seccomp);

    private static IEnumerable<OciNamespace> Namespaces(OciInputs inputs)
    {
        yield return new OciNamespace("mount");
        yield return new OciNamespace("uts");
        yield return new OciNamespace("ipc");
        yield return new OciNamespace("pid");
        if (inputs.NetworkNamespace is { } path)
            yield return new OciNamespace("network", path);
        // On cgroup v1 hosts Docker shares the host's, on v2 each container has its own.
        if (inputs.Unified)
            yield return new OciNamespace("cgroup");
    }

    private static IEnumerable<OciMount> EtcMounts(OciInputs inputs)
    {
        string[] options = inputs.Order.RootFs.ReadOnly ? ["rbind", "rprivate", "ro"] : ["rbind", "rprivate"];
        foreach (var name in (string[])["resolv.conf", "hostname", "hosts"])
            yield return new OciMount("/etc/" + name, "bind", Path.Combine(inputs.Folder, name), options);
    }

    // Docker's order: defaults, then what the image and the user say, which win.
    private static string[] Environment(ContainerProcess process, ContainerUser user)
    {
        var set = process.Env.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var defaults = new List<string> { DefaultPath, "HOSTNAME=" + process.Hostname };
        if (process.Tty)
            defaults.Add("TERM=xterm");
        defaults.Add("HOME=" + user.Home);
        return [.. defaults.Where(d => !set.Contains(NameOf(d))), .. process.Env.Where(e => e.Contains('=', StringComparison.Ordinal))];
    }

    private static string NameOf(string variable)
    {
        var equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? variable : variable[..equals];
    }

    // As execve(2) leaves them for a user that is not root: none in effect, but the bound stays for set-user-id programs.
    private static OciCapabilities CapabilitiesOf(OciInputs inputs) => inputs.User.Uid == 0
        ? new OciCapabilities(inputs.Capabilities, inputs.Capabilities, inputs.Capabilities, [], [])
        : new OciCapabilities(inputs.Capabilities, [], [], [], []);
}
