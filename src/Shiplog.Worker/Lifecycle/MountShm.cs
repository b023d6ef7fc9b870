using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Lifecycle;

/// <summary>A /dev/shm outside the container, so that others can have the same one.</summary>
internal sealed class MountShmStep : IStep
{
    public string Name => "MountShm";

    public bool AppliesTo(StartContainer order) => order.Namespaces is { IpcShareable: true };

    public Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        Directory.CreateDirectory(start.Container.Shm);
        Mounts.Mount(
            "shm", start.Container.Shm, "tmpfs", Interop.MS_NOSUID | Interop.MS_NODEV | Interop.MS_NOEXEC, OciKernelMounts.ShmOptions(start.Order));
        return Task.FromResult<Report?>(null);
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        Mounts.Unmount(container.Shm);
        if (Directory.Exists(container.Shm))
            Directory.Delete(container.Shm);
        return Task.FromResult<Report?>(null);
    }
}
