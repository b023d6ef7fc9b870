using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>The host's devices, looked up for a container that is to have them.</summary>
internal static class HostDevices
{
    // What a container has of its own, and what is no device of the host's.
    private static readonly string[] NotShared = ["pts", "shm", "fd", "mqueue", "console", ".lxc", ".lxd-mounts", ".udev"];

    /// <summary>Every device below <c>/dev</c>.</summary>
    public static OciDevice[] All() => [.. new DirectoryInfo("/dev").EnumerateFileSystemInfos()
        .Where(e => !NotShared.Contains(e.Name)).SelectMany(e => Below(e.FullName, e.FullName))];

    /// <summary>The device, or those below a folder of them.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static OciDevice[] Granted(DeviceGrant grant)
    {
        var path = Path.Exists(grant.HostPath)
            ? new FileInfo(grant.HostPath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? grant.HostPath
            : grant.HostPath;
        OciDevice[] found = [.. Below(path, grant.Path)];
        if (found.Length > 0)
            return found;
        var reason = Path.Exists(path) ? "not a device node" : "no such file or directory";
        throw new InvalidDataException($"error gathering device information while adding custom device \"{grant.HostPath}\": {reason}");
    }

    /// <summary>A block device's number.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static (long Major, long Minor) Block(string path) => Find(path, path) is { Type: "b" } device
        ? (device.Major, device.Minor)
        : throw new InvalidDataException($"stat {path}: {(Path.Exists(path) ? "not a block device" : "no such file or directory")}");

    private static IEnumerable<OciDevice> Below(string path, string inContainer)
    {
        var entry = new DirectoryInfo(path);
        if (entry.LinkTarget is not null)
            return [];
        return entry.Exists
            ? entry.EnumerateFileSystemInfos().SelectMany(e => Below(e.FullName, inContainer.TrimEnd('/') + "/" + e.Name))
            : Find(path, inContainer) is { } device ? [device] : [];
    }

    private static OciDevice? Find(string path, string inContainer)
    {
        // By descriptor, without opening the device itself.
        using var place = Interop.Open(path, Interop.O_PATH | Interop.O_CLOEXEC, 0);
        if (place.IsInvalid || Interop.Statx(place, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var stat) != 0)
            return null;
        var type = (stat.Mode & Interop.S_IFMT) switch { Interop.S_IFCHR => "c", Interop.S_IFBLK => "b", _ => null };
        return type is null ? null : new OciDevice(inContainer, type, stat.DeviceMajor, stat.DeviceMinor, stat.Mode & 0x1ff, stat.Uid, stat.Gid);
    }
}
