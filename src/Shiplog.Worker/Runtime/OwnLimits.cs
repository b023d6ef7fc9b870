using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// What the worker may not give because it lacks CAP_SYS_RESOURCE itself: limits above its own, and a lower badness. Told
/// before the runtime tries, with the reason.
/// </summary>
internal static class OwnLimits
{
    private const string Needed = "CAP_SYS_RESOURCE";

    // In the order of their numbers (linux/resource.h).
    private static readonly string[] Numbers =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue",
        "nice", "rtprio", "rttime",
    ];

    /// <exception cref="InvalidDataException">The worker may not give this.</exception>
    public static void Check(ContainerProcess process, IReadOnlySet<string> capabilities)
    {
        if (capabilities.Contains(Needed))
            return;
        foreach (var limit in process.Limits ?? [])
        {
            var (asked, own) = (unchecked((ulong)limit.Hard), Own(limit.Name));
            if (asked > own)
            {
                throw new InvalidDataException(
                    $"ulimit {limit.Name}={limit.Soft}:{limit.Hard} cannot be set: the worker's own hard limit is {own}, and it has no {Needed} to raise it; "
                    + $"ask for no more than that, or give the worker {Needed}");
            }
        }

        var badness = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
        if (process.OomScoreAdj < badness)
        {
            throw new InvalidDataException(
                $"--oom-score-adj {process.OomScoreAdj} cannot be set: the worker's own is {badness}, and it has no {Needed} to go below it");
        }
    }

    private static ulong Own(string name) => Interop.Getrlimit(Array.IndexOf(Numbers, name), out var limit) == 0
        ? limit.Hard
        : throw LinuxException.Last("getrlimit", name);
}
