using System.Globalization;

namespace Shiplog.Worker.Runtime;

/// <summary>Which capabilities(7) a container is given.</summary>
internal static class Capabilities
{
    /// <summary>By their numbers (linux/capability.h).</summary>
    private static readonly string[] All =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
        "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
        "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Docker's.</summary>
    private static readonly string[] Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>
    /// The default set with these added and dropped (Docker's rules for <c>ALL</c>), cut to what the worker itself has: crun
    /// would drop the others silently, runc would refuse the container.
    /// </summary>
    /// <param name="own">The worker's own, from <see cref="Own"/>.</param>
    /// <exception cref="FormatException">A name is no capability.</exception>
    public static string[] Resolve(string[] add, string[] drop, IReadOnlySet<string> own)
    {
        var added = add.Select(Normalise).ToHashSet();
        var dropped = drop.Select(Normalise).ToHashSet();
        IEnumerable<string> chosen = added.Contains("ALL") ? All.Where(c => !dropped.Contains(c))
            : dropped.Contains("ALL") ? All.Where(added.Contains)
            : All.Where(c => added.Contains(c) || (Default.Contains(c) && !dropped.Contains(c)));
        return [.. chosen.Where(own.Contains)];
    }

    /// <summary>What the worker may hand on: its bounding set (proc_pid_status(5)).</summary>
    public static IReadOnlySet<string> Own()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapBnd:", StringComparison.Ordinal));
        var bits = ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return All.Where((_, number) => (bits >> number & 1) != 0).ToHashSet();
    }

    private static string Normalise(string name)
    {
        var upper = name.Trim().ToUpperInvariant();
        if (upper == "ALL")
            return upper;
        if (!upper.StartsWith("CAP_", StringComparison.Ordinal))
            upper = "CAP_" + upper;
        return All.Contains(upper) ? upper : throw new FormatException($"unknown capability: \"{upper}\"");
    }
}
