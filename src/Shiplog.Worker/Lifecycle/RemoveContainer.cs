using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Streams;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Deletes what a container left on the host.</summary>
internal sealed class ContainerRemover(
    StorageDrivers drivers, LayersBelow layers, Containers containers, RestartQueue restarts, ContainerFiles files, FileWriters writers, LogRotator logs,
    Sessions sessions, TimeProvider time, ILogger<ContainerRemover> logger)
{
    /// <summary>Needs the container's turn. One that is not there has been removed.</summary>
    public async Task<Report[]> RemoveAsync(RemoveContainer order)
    {
        var paths = containers.Paths(order.ContainerId);
        if (containers.IsRunning(order.ContainerId) || restarts.Find(order.ContainerId) is not null)
        {
            throw new OrderException(new OrderFailure(
                "RemoveContainer", FailureKind.Conflict, $"container {order.ContainerId} is running: stop the container before removing or force remove"));
        }

        sessions.Finish(order.ContainerId);
        await writers.StopAsync(order.ContainerId);
        long? freed = order.Measure ? Bytes(paths, order.ImageId ?? "") : null;
        if (Directory.Exists(paths.Folder))
        {
            using (await logs.HoldAsync(order.ContainerId))
                files.DeleteButJournal(paths);
            Directory.Delete(paths.Folder, recursive: true);
        }

        return [new ContainerRemovedReport(order.ContainerId, time.GetUtcNow(), freed)];
    }

    /// <returns><see langword="null"/> where nobody can tell: that must keep nobody from removing the container.</returns>
    private long? Bytes(ContainerPaths paths, string imageId)
    {
        try
        {
            return paths.HasReadWriteLayer ? drivers.For(paths).Size(paths, () => layers.Of(paths, imageId)) : 0;
        }
        catch (Exception e) when (e is OrderException or InvalidDataException or IOException)
        {
            logger.SizeUnknown(paths.Id, e.Message);
            return null;
        }
    }
}

/// <summary>The files of a container that has ended.</summary>
internal sealed class ContainerFiles(StorageDrivers drivers, KeptLogs kept)
{
    /// <summary>Deletes all but the journal, which explains a crash; the last lines of the log are kept elsewhere.</summary>
    public void DeleteButJournal(ContainerPaths paths)
    {
        kept.Keep(paths);
        // Never delete through a mount that an undo could not take away: it would delete the image's view of things, too.
        Mounts.Unmount(paths.Merged);
        drivers.For(paths).Delete(paths);
        foreach (var entry in new DirectoryInfo(paths.Folder).EnumerateFileSystemInfos())
        {
            if (entry.FullName == paths.State)
                continue;
            if (entry is DirectoryInfo folder && entry.LinkTarget is null)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
