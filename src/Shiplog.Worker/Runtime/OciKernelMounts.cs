using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>The kernel's own file systems in a container, as Docker mounts them.</summary>
internal static class OciKernelMounts
{
    private const long DefaultShmSize = 64 << 20;

    /// <summary>Where they are: behind them the image does not show.</summary>
    public static readonly string[] Points = ["/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm"];

    public static IEnumerable<OciMount> Plan(OciInputs inputs)
    {
        var confinement = inputs.Order.Confinement ?? new ContainerConfinement();
        var writableCgroups = confinement.WritableCgroups ?? confinement.Privileged;
        yield return new OciMount("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]);
        yield return new OciMount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]);
        yield return new OciMount("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]);
        yield return new OciMount("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", .. Readonly(!confinement.Privileged)]);
        yield return new OciMount("/sys/fs/cgroup", "cgroup", "cgroup", [.. Readonly(!writableCgroups), "nosuid", "noexec", "nodev"]);
        yield return new OciMount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]);
        if (inputs.Shared.Shm is { } folder)
            yield return new OciMount("/dev/shm", "bind", folder, ["rbind", "rprivate"]);
        else if (inputs.Order.Namespaces is not { WithoutShm: true })
            yield return new OciMount("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", $"size={inputs.Order.ShmSize ?? DefaultShmSize}"]);
    }

    /// <summary>How a /dev/shm is mounted that others may share.</summary>
    public static string ShmOptions(StartContainer order) => $"mode=1777,size={order.ShmSize ?? DefaultShmSize}";

    private static string[] Readonly(bool holds) => holds ? ["ro"] : [];
}
