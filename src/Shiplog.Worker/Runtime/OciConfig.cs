using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>What a container's config.json is made from, everything looked up.</summary>
/// <param name="Folder">The folder that holds the files to mount over <c>/etc</c>: the container's own, but in another's network.</param>
/// <param name="MountSource">Where the source of the order's n-th mount is held.</param>
/// <param name="NetworkNamespace">Where it is pinned; <see langword="null"/> for the host's.</param>
/// <param name="Unified">The host has cgroup v2 only.</param>
/// <param name="SeccompBpf">The compiled filter for crun, in base64; <see langword="null"/> where the runtime compiles.</param>
/// <param name="Seccomp">The filter's rules for a runtime that compiles them.</param>
internal sealed record OciInputs(
    StartContainer Order, string RootFs, string Folder, Func<int, MountSource> MountSource, string? NetworkNamespace, ContainerUser User,
    string[] Capabilities, string CgroupPath, bool Unified, (int Width, int Height) Console, string? SeccompBpf, OciSeccomp? Seccomp)
{
    /// <summary>The host's devices that the container is given.</summary>
    public OciDevice[] Devices { get; init; } = [];

    /// <summary>What the device controller allows beside the default ones.</summary>
    public OciDeviceRule[] DeviceRules { get; init; } = [];

    /// <summary>Numbers of the block devices that limits name.</summary>
    public Func<string, (long Major, long Minor)> BlockDevice { get; init; } = HostDevices.Block;

    /// <summary>Another container's namespaces.</summary>
    public SharedNamespaces Shared { get; init; } = SharedNamespaces.None;

    /// <summary>The program that is to be the first process; <see langword="null"/> for the container's own.</summary>
    public string? Init { get; init; }
}

/// <summary>What of another container's, or of the host's, a container is in.</summary>
/// <param name="Pid">A pid namespace's path.</param>
/// <param name="Ipc">An ipc namespace's path.</param>
/// <param name="Shm">A folder that is to be its /dev/shm.</param>
/// <param name="Network">A network namespace's path.</param>
/// <param name="Etc">The folder that holds the files of that network's.</param>
internal sealed record SharedNamespaces(string? Pid, string? Ipc, string? Shm, string? Network = null, string? Etc = null)
{
    public static readonly SharedNamespaces None = new(null, null, null);
}

/// <summary>The OCI bundle's config.json as data, with Docker's defaults throughout.</summary>
internal static class OciConfig
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // Everything closed but null, zero, random, urandom, tty and console; the runtime adds the pseudo-terminals.
    private static readonly OciDeviceRule[] DeviceRules =
    [
        new(false, null, null, null, "rwm"),
        new(true, "c", 1, 3, "rwm"), new(true, "c", 1, 5, "rwm"), new(true, "c", 1, 8, "rwm"), new(true, "c", 1, 9, "rwm"),
        new(true, "c", 5, 0, "rwm"), new(true, "c", 5, 1, "rwm"),
    ];

    // Where Docker has it, too.
    private const string InitPath = "/sbin/docker-init";

    public static OciSpec Plan(OciInputs inputs)
    {
        var process = inputs.Order.Process;
        var ownNames = inputs.Order.Namespaces is not { Uts: NamespaceChoice.Host };
        return new OciSpec(
            "1.0.2",
            new OciProcess(
                process.Tty,
                process.Tty && inputs.Console is { Width: > 0, Height: > 0 } size ? new OciConsoleSize(size.Height, size.Width) : null,
                new OciUser(inputs.User.Uid, inputs.User.Gid, inputs.User.Groups),
                inputs.Init is null ? process.Args : [InitPath, "--", .. process.Args],
                Environment(process, inputs.User),
                process.WorkingDirectory is { Length: > 0 } folder ? folder : "/",
                CapabilitiesFor(inputs.User, inputs.Capabilities),
                inputs.Order.Confinement?.NoNewPrivileges ?? false)
            {
                Rlimits = OciLimits.Plan(process.Limits),
                OomScoreAdj = process.OomScoreAdj,
            },
            new OciRoot(inputs.RootFs, inputs.Order.RootFs.ReadOnly),
            ownNames ? process.Hostname : null,
            ownNames && process.Domainname is { Length: > 0 } domain ? domain : null,
            [.. OciMounts.Plan(inputs.Order.Mounts ?? [], inputs.MountSource, OciKernelMounts.Plan(inputs), EtcMounts(inputs)), .. InitMount(inputs)],
            inputs.SeccompBpf is { } bpf ? new() { ["run.oci.seccomp_bpf_data"] = bpf } : [],
            Linux(inputs));
    }

    private static OciLinux Linux(OciInputs inputs)
    {
        var confinement = inputs.Order.Confinement ?? new ContainerConfinement();
        OciDeviceRule[] rules = confinement.Privileged ? [new OciDeviceRule(true, null, null, null, "rwm")] : [.. DeviceRules, .. inputs.DeviceRules];
        return new OciLinux(
            [.. Namespaces(inputs)],
            inputs.CgroupPath,
            OciLimits.Plan(inputs.Order.Limits, rules, inputs.BlockDevice),
            Sysctls(inputs),
            confinement.MaskedPaths ?? (confinement.Privileged ? [] : [.. ContainerConfinement.DefaultMaskedPaths]),
            confinement.ReadonlyPaths ?? (confinement.Privileged ? [] : [.. ContainerConfinement.DefaultReadonlyPaths]),
            OciMounts.RootPropagation(inputs.Order.Mounts ?? []),
            inputs.Seccomp)
        {
            Devices = inputs.Devices.Length == 0 ? null : inputs.Devices,
        };
    }

    private static Dictionary<string, string> Sysctls(OciInputs inputs)
    {
        // A namespace of one's own lets one open low ports and ping without capabilities; nobody else's are at stake.
        var sysctls = inputs.NetworkNamespace is null || inputs.Shared.Network is not null
            ? new Dictionary<string, string>()
            : new() { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" };
        foreach (var (name, value) in inputs.Order.Sysctls ?? [])
            sysctls[name.Replace('/', '.')] = value;
        return sysctls;
    }

    private static IEnumerable<OciNamespace> Namespaces(OciInputs inputs)
    {
        var chosen = inputs.Order.Namespaces ?? new ContainerNamespaces();
        yield return new OciNamespace("mount");
        if (chosen.Uts == NamespaceChoice.Own)
            yield return new OciNamespace("uts");
        if (chosen.Ipc != NamespaceChoice.Host)
            yield return new OciNamespace("ipc", inputs.Shared.Ipc);
        if (chosen.Pid != NamespaceChoice.Host)
            yield return new OciNamespace("pid", inputs.Shared.Pid);
        if (inputs.NetworkNamespace is { } path)
            yield return new OciNamespace("network", path);
        // On cgroup v1 hosts Docker shares the host's, on v2 each container has its own.
        if (chosen.Cgroup is { } cgroup ? cgroup == NamespaceChoice.Own : inputs.Unified)
            yield return new OciNamespace("cgroup");
    }

    private static OciMount[] InitMount(OciInputs inputs) =>
        inputs.Init is { } program ? [new OciMount(InitPath, "bind", program, ["bind", "ro"])] : [];

    private static IEnumerable<OciMount> EtcMounts(OciInputs inputs)
    {
        string[] options = inputs.Order.RootFs.ReadOnly ? ["rbind", "rprivate", "ro"] : ["rbind", "rprivate"];
        foreach (var name in (string[])["resolv.conf", "hostname", "hosts"])
            yield return new OciMount("/etc/" + name, "bind", Path.Combine(inputs.Folder, name), options);
    }

    /// <summary>Docker's order: defaults, then what the image and the user say, which win.</summary>
    public static string[] Environment(ContainerProcess process, ContainerUser user)
    {
        var set = process.Env.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var defaults = new List<string> { DefaultPath, "HOSTNAME=" + process.Hostname };
        if (process.Tty)
            defaults.Add("TERM=xterm");
        defaults.Add("HOME=" + user.Home);
        return [.. defaults.Where(d => !set.Contains(NameOf(d))), .. process.Env.Where(e => e.Contains('=', StringComparison.Ordinal))];
    }

    /// <summary>Of <c>NAME=value</c>, or of a name alone.</summary>
    public static string NameOf(string variable)
    {
        var equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? variable : variable[..equals];
    }

    /// <summary>As execve(2) leaves them for a user that is not root: none in effect, but the bound stays for set-user-id programs.</summary>
    public static OciCapabilities CapabilitiesFor(ContainerUser user, string[] bound) => user.Uid == 0
        ? new OciCapabilities(bound, bound, bound, [], [])
        : new OciCapabilities(bound, [], [], [], []);
}
