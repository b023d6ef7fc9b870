namespace Shiplog.Contracts.Orders;

/// <summary>What a container is kept from, or not. What is <see langword="null"/> is Docker's default.</summary>
public sealed record ContainerConfinement
{
    /// <summary>What of the host's kernel a container does not see unless it is said otherwise.</summary>
    public static readonly IReadOnlyList<string> DefaultMaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    /// <summary>What of the host's kernel a container does not change unless it is said otherwise.</summary>
    public static readonly IReadOnlyList<string> DefaultReadonlyPaths =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Every capability and device that the worker has, no filter, nothing masked.</summary>
    public bool Privileged { get; init; }

    /// <summary>No program of it gains privileges by being executed.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The text of a profile, or <c>unconfined</c>.</summary>
    public string? Seccomp { get; init; }

    /// <summary>Whether its control groups can be written to; <see langword="null"/> where only a privileged container's can.</summary>
    public bool? WritableCgroups { get; init; }

    /// <summary>Paths that are hidden.</summary>
    public string[]? MaskedPaths { get; init; }

    /// <summary>Paths that cannot be written to.</summary>
    public string[]? ReadonlyPaths { get; init; }

    /// <summary>The host's devices, and folders of them, that it may use.</summary>
    public DeviceGrant[]? Devices { get; init; }

    /// <summary>Kinds of devices that it may make and use: <c>c 13:* rwm</c>.</summary>
    public string[]? DeviceRules { get; init; }
}

/// <summary>A device, or a folder of devices, of the host's, and where the container has it.</summary>
/// <param name="Access">Of <c>r</c>, <c>w</c> and <c>m</c> (mknod).</param>
public sealed record DeviceGrant(string HostPath, string Path, string Access);

/// <summary>Whose namespaces a container is in.</summary>
public sealed record ContainerNamespaces
{
    /// <summary>Its processes.</summary>
    public NamespaceChoice Pid { get; init; }

    /// <summary>The running container whose pid namespace it shares.</summary>
    public string? PidOf { get; init; }

    /// <summary>System V IPC, POSIX message queues and /dev/shm.</summary>
    public NamespaceChoice Ipc { get; init; }

    /// <summary>The running container whose ipc namespace it shares.</summary>
    public string? IpcOf { get; init; }

    /// <summary>Another container may share its ipc namespace and its /dev/shm.</summary>
    public bool IpcShareable { get; init; }

    /// <summary>It has no /dev/shm.</summary>
    public bool WithoutShm { get; init; }

    /// <summary>Host name and domain name.</summary>
    public NamespaceChoice Uts { get; init; }

    /// <summary><see langword="null"/> for its own on hosts with cgroup v2 only.</summary>
    public NamespaceChoice? Cgroup { get; init; }
}

/// <summary>Whose a namespace is.</summary>
public enum NamespaceChoice
{
    /// <summary>The container's own.</summary>
    Own = 0,

    /// <summary>The host's.</summary>
    Host,

    /// <summary>Another container's.</summary>
    Shared,
}
