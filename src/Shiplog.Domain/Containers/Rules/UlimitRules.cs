using System.Collections.Frozen;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Limits of processes (getrlimit(2)).</summary>
internal static class UlimitRules
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
        "sigpending", "stack");

    public static string? Fault(Ulimit[] limits)
    {
        foreach (var limit in limits)
        {
            if (!Known.Contains(limit.Name))
                return $"invalid ulimit type: {limit.Name}";
            if (limit.Soft < -1 || limit.Hard < -1)
                return $"invalid ulimit {limit.Name}={limit.Soft}:{limit.Hard}: a limit is a number, or -1 for none";
            if (limit.Hard != -1 && (limit.Soft == -1 || limit.Soft > limit.Hard))
                return $"ulimit soft limit must be less than or equal to hard limit: {limit.Soft} > {limit.Hard}";
        }
        return limits.GroupBy(l => l.Name).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"ulimit {twice.Key} is given more than once" : null;
    }
}
