namespace Shiplog.Domain.Mounts;

/// <summary>What a mount must be like, told from its values alone; the messages are Docker's.</summary>
public static class MountRules
{
    /// <summary>What is wrong with it, if anything.</summary>
    public static string? Fault(MountRequest mount)
    {
        var fault = mount.Target is "" ? "field Target must not be empty" : TargetFault(mount.Target) ?? mount.Type switch
        {
            "bind" => BindFault(mount),
            "volume" => VolumeFault(mount),
            "tmpfs" => TmpfsFault(mount),
            _ => "mount type unknown",
        };
        return fault is null ? null : $"invalid mount config for type \"{mount.Type}\": {fault}";
    }

    /// <summary>What is wrong with a path in the container that something is to be mounted on.</summary>
    public static string? TargetFault(string target)
    {
        if (!target.StartsWith('/'))
            return $"invalid mount path: '{target}' mount path must be absolute";
        if (target.Contains('\0', StringComparison.Ordinal))
            return "a path cannot hold a NUL character";
        var clean = ContainerPath.Clean(target);
        if (clean is "/")
            return "invalid specification: destination can't be '/'";
        // Whoever puts something over the kernel's own file systems can lie to the programs in the container, and to the
        // runtime that sets it up.
        return IsProcTarget(clean) ? $"\"{clean}\" cannot be mounted because it is inside /proc" : null;
    }

    /// <summary>In or over <c>/proc</c>, but for the files that tools such as lxcfs give a container figures of its own by.</summary>
    public static bool IsProcTarget(string clean) => ContainerPath.Contains("/proc", clean) && !LxcfsFiles.Contains(clean);

    private static readonly string[] LxcfsFiles =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg",
        "/proc/slabinfo",
    ];

    private static string? BindFault(MountRequest mount)
    {
        if (mount.Source is "")
            return "field Source must not be empty";
        if (mount.Volume is not null)
            return "field VolumeOptions must not be specified";
        if (mount.Tmpfs is not null)
            return "field TmpfsOptions must not be specified";
        if (mount.Bind is { Propagation: not "" and var propagation } && !MountMode.Propagations.Contains(propagation))
            return $"invalid propagation mode: {propagation}";
        if (!mount.Source.StartsWith('/'))
            return $"invalid mount path: '{mount.Source}' mount path must be absolute";
        if (mount.Source.Contains('\0', StringComparison.Ordinal))
            return "a path cannot hold a NUL character";
        if (mount.Bind is { ReadOnlyForceRecursive: true } force)
        {
            if (!mount.ReadOnly)
                return "mount must be ReadOnly to be ReadOnlyForceRecursive";
            if (force.ReadOnlyNonRecursive)
                return "ReadOnlyNonRecursive and ReadOnlyForceRecursive exclude each other";
        }
        return null;
    }

    private static string? VolumeFault(MountRequest mount)
    {
        if (mount.Bind is not null)
            return "field BindOptions must not be specified";
        if (mount.Tmpfs is not null)
            return "field TmpfsOptions must not be specified";
        if (mount.Volume is { Subpath: not "" and var subpath })
        {
            if (mount.Source is "")
                return "must not set Subpath when using anonymous volumes";
            if (!ContainerPath.IsLocal(subpath))
                return "subpath must be a relative path within the volume";
        }
        return mount.ReadOnly && mount.Source is "" ? "must not set ReadOnly mode when using anonymous volumes" : null;
    }

    private static string? TmpfsFault(MountRequest mount)
    {
        if (mount.Bind is not null)
            return "field BindOptions must not be specified";
        if (mount.Volume is not null)
            return "field VolumeOptions must not be specified";
        if (mount.Source is not "")
            return "field Source must not be specified";
        return TmpfsOptions.Of(mount.Tmpfs, mount.ReadOnly, out var error) is null ? error : null;
    }
}
