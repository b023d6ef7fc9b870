using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>Where the source of a mount is held.</summary>
/// <param name="Flags">What it is mounted with, as <c>nosuid</c>: a runtime that sets one flag takes the others away.</param>
internal sealed record MountSource(string Path, string[] Flags);

/// <summary>The mounts that a container was asked to have, beside those that every container has.</summary>
internal static class OciMounts
{
    // mount_setattr(2), by which a mount and those below it become read-only at once.
    private static readonly bool CanReadOnlyBelow = Environment.OSVersion.Version >= new Version(5, 12);

    /// <param name="source">Where the source of the n-th mount is held.</param>
    /// <param name="kernel">What every container has of the kernel's; what is asked for takes its place, also that of <c>/dev/shm</c>.</param>
    /// <param name="etc">The files that every container has in <c>/etc</c>: also where something else is mounted there.</param>
    public static IEnumerable<OciMount> Plan(ContainerMount[] asked, Func<int, MountSource> source, IEnumerable<OciMount> kernel, IEnumerable<OciMount> etc)
    {
        var taken = asked.Select(m => m.Destination).ToHashSet();
        // Who brings a /dev of his own brings what is in it.
        var ownDevices = taken.Contains("/dev");
        return kernel.Where(m => !taken.Contains(m.Destination) && !(ownDevices && m.Destination.StartsWith("/dev/", StringComparison.Ordinal)))
            .Concat(asked.Select((m, i) => m.Kind == MountKind.Tmpfs
                ? new OciMount(m.Destination, "tmpfs", "tmpfs", m.Options)
                : Bind(m, source(i)))
                .Concat(etc.Where(m => !taken.Contains(m.Destination)))
                .OrderBy(m => m.Destination.Count(c => c == '/')));
    }

    /// <summary>Mounts that are to come in from the host, or to go out to it, need a root that lets them.</summary>
    public static string? RootPropagation(ContainerMount[] asked) =>
        asked.Any(m => m.Propagation is "shared" or "rshared") ? "shared"
        : asked.Any(m => m.Propagation is "slave" or "rslave") ? "rslave"
        : null;

    private static OciMount Bind(ContainerMount m, MountSource source) =>
        new(m.Destination, "bind", source.Path, [m.Recursive ? "rbind" : "bind", m.Propagation, .. source.Flags, .. Access(m)]);

    private static string[] Access(ContainerMount m) => m switch
    {
        { ReadOnly: false } => [],
        { Recursive: true, ReadOnlyBelow: not false } when CanReadOnlyBelow => ["rro"],
        { ReadOnlyBelow: true } => throw new InvalidDataException(
            $"{m.Destination} cannot be read-only with the mounts below it (ReadOnlyForceRecursive): that takes Linux 5.12"),
        _ => ["ro"],
    };
}
