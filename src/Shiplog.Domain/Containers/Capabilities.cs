using System.Collections.Frozen;

namespace Shiplog.Domain.Containers;

/// <summary>Linux's capabilities (capabilities(7)).</summary>
public static class Capabilities
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE",
        "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN",
        "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP", "SETGID",
        "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE",
        "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM");

    /// <summary>Upper case, with <c>CAP_</c> in front; <c>ALL</c> is itself.</summary>
    public static string Normalize(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper is "ALL" || upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : "CAP_" + upper;
    }

    /// <summary>Whether a container with these options may make device nodes: by default it may.</summary>
    public static bool MayMakeDevices(HostOptions? host)
    {
        string[] added = [.. host?.CapAdd.Select(Normalize) ?? []], dropped = [.. host?.CapDrop.Select(Normalize) ?? []];
        return added.Contains("CAP_MKNOD") || (!dropped.Contains("CAP_MKNOD") && (added.Contains("ALL") || !dropped.Contains("ALL")));
    }

    /// <summary>The first that is none.</summary>
    internal static string? Unknown(string[] names) => names.FirstOrDefault(
        n => !Known.Contains(n.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? n[4..] : n));
}
