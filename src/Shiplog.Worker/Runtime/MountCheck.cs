using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// Looks at the mounts of a container that is made and does not run yet. Links in its image, or in a volume that another
/// container writes to, can lead a destination elsewhere inside its root, and there is one place where nothing may land: over
/// <c>/proc</c>, whose files decide what the container is confined by.
/// </summary>
internal static class MountCheck
{
    /// <param name="made">The container's own mount table.</param>
    /// <param name="staged">What was to be mounted, as the worker has it.</param>
    /// <exception cref="OrderException">Something has landed in <c>/proc</c>.</exception>
    public static void Verify(IEnumerable<MountEntry> made, IReadOnlyList<MountEntry> staged, ContainerMount[] asked, OciLinux linux)
    {
        var expected = linux.MaskedPaths.Concat(linux.ReadonlyPaths).Concat(asked.Select(m => m.Destination)).ToHashSet();
        var foreign = staged.Select(e => (e.Device, e.Root)).ToHashSet();
        MountEntry? proc = null;
        foreach (var entry in made)
        {
            if (entry.Point == "/proc")
                proc = entry;
            else if (entry.Point.StartsWith("/proc/", StringComparison.Ordinal)
                && (!expected.Contains(entry.Point) || (foreign.Contains((entry.Device, entry.Root)) && asked.All(m => m.Destination != entry.Point))))
                throw Refused(entry.Point);
        }

        if (proc is not { Type: "proc", Root: "/" })
            throw Refused("/proc");
    }

    private static OrderException Refused(string point) => new(new OrderFailure(
        "StartContainer", FailureKind.Invalid,
        $"a mount's destination leads to {point}: \"{point}\" cannot be mounted because it is inside /proc; look for a symbolic link on its way", 128));
}
