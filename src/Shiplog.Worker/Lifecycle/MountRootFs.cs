using System.Diagnostics;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 3: one read-write layer over the image's read-only ones.</summary>
internal sealed class MountRootFsStep(Instance instance, StorageDrivers drivers, FileWriters writers, TimeProvider time) : IStep
{
    public string Name => "MountRootFs";

    public bool AppliesTo(StartContainer order) => true;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var container = start.Container;
        var layers = RootLayers.Find(instance, start.Order.RootFs.Layers, Name, 128);
        // Who copies into a container that is stopped has this very layer mounted.
        await writers.WaitAsync(container.Id);
        var driver = drivers.Claim(container);
        driver.Mount(container, layers, start.Order.AutoRemove ? RootUse.Passing : RootUse.ReadWrite);
        return new RootFsMountedReport(
            container.Id, driver.Name, start.Order.RootFs.Layers, driver.ReadWriteFolder(container), container.Merged,
            Stopwatch.GetElapsedTime(began), time.GetUtcNow());
    }

    public Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        Mounts.Unmount(container.Merged);
        return Task.FromResult<Report?>(new RootFsUnmountedReport(container.Id, time.GetUtcNow()));
    }
}
