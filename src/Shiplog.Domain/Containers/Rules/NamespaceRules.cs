using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Whose namespaces a container may be in.</summary>
public static class NamespaceRules
{
    private const string Container = "container:";

    /// <summary>The container that a mode names; <see langword="null"/> where it names none.</summary>
    public static string? ContainerOf(string? mode) =>
        mode?.StartsWith(Container, StringComparison.Ordinal) is true ? mode[Container.Length..] : null;

    /// <summary>The mode that names this container.</summary>
    public static string Of(string containerId) => Container + containerId;

    /// <summary>Without what the kernel has not got.</summary>
    internal static NamespaceOptions? Fit(HostOptions asked, HostFeatures features, List<string> warnings)
    {
        if (asked.Namespaces?.Cgroup is "private" && !features.CgroupNamespaces)
        {
            warnings.Add("Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.");
            return asked.Namespaces with { Cgroup = "host" };
        }
        return asked.Namespaces;
    }

    /// <summary>Options that exclude each other.</summary>
    internal static string? Conflict(HostOptions host, string hostname) =>
        host.Namespaces?.Uts is "host" && hostname is not "" ? "conflicting options: hostname and the UTS mode" : null;

    /// <summary>A mode that is none.</summary>
    internal static string? Fault(HostOptions host) => host.Namespaces is not { } n ? null
        : !(n.Ipc is null or "none" or "private" or "shareable" or "host" || ContainerOf(n.Ipc) is { Length: > 0 }) ? $"invalid IPC mode: {n.Ipc}"
        : !(n.Pid is null or "host" || ContainerOf(n.Pid) is { Length: > 0 }) ? $"invalid PID mode: {n.Pid}"
        : n.Uts is not (null or "host") ? $"invalid UTS mode: {n.Uts}"
        : n.User is not (null or "host") ? $"invalid userns mode: {n.User}"
        : n.Cgroup is not (null or "host" or "private") ? $"invalid cgroup namespace mode: {n.Cgroup}"
        : null;
}
