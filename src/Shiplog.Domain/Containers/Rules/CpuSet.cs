using System.Globalization;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Lists of CPUs and memory nodes: <c>0-3,5</c> (cpuset(7)).</summary>
internal static class CpuSet
{
    // The kernel's own bound is lower; a list must not cost what its text does not.
    private const int Largest = 8192;

    public static string? Fault(Resources r, HostFeatures host) =>
        Fault(r.CpusetCpus, host.CpuList, "cpuset cpus", "CPUs") ?? Fault(r.CpusetMems, host.MemoryNodes, "cpuset mems", "memory nodes");

    private static string? Fault(string? requested, string available, string name, string what)
    {
        if (requested is null)
            return null;
        if (!TryParse(requested, out var wanted))
            return $"Invalid value {requested} for {name}: invalid format: {requested}";
        return TryParse(available, out var there) && !wanted.IsSubsetOf(there)
            ? $"Requested {what} are not available - requested {requested}, available: {available}"
            : null;
    }

    internal static bool TryParse(string text, out HashSet<int> numbers)
    {
        numbers = [];
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-', 2);
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) ||
                !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || first > last || last > Largest)
                return false;
            numbers.UnionWith(Enumerable.Range(first, last - first + 1));
        }
        return true;
    }
}
