using System.Collections.Frozen;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Kernel parameters that are a namespace's own (namespaces(7)); any other is the host's, and not a container's to set.</summary>
internal static class SysctlRules
{
    private static readonly FrozenSet<string> OfIpc = FrozenSet.Create(
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
        "kernel.shm_rmid_forced");

    public static string? Fault(HostOptions host) => (host.Sysctls ?? []).Select(s => Fault(s.Key, s.Value, host)).FirstOrDefault(f => f is not null);

    private static string? Fault(string given, string value, HostOptions host)
    {
        // It becomes a path below /proc/sys: with slashes it is the same name.
        var name = given.Replace('/', '.');
        if (name.Split('.').Any(p => p is "") || name.Any(char.IsControl) || value.Contains('\0', StringComparison.Ordinal))
            return $"sysctl '{given}' is not allowed";
        if (OfIpc.Contains(name) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal))
            return host.Namespaces?.Ipc is "host" ? $"sysctl \"{given}\" is not allowed in the hosts ipc namespace" : null;
        if (name.StartsWith("net.", StringComparison.Ordinal))
            return host.NetworkMode is "host" ? $"sysctl \"{given}\" not allowed in host network namespace" : null;
        if (name is "kernel.hostname")
            return $"sysctl \"{given}\" is not allowed as it conflicts with the OCI \"hostname\" field";
        return name is "kernel.domainname" && host.Namespaces?.Uts is not "host" ? null : $"sysctl \"{given}\" is not in a separate kernel namespace";
    }
}
