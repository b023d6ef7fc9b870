using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Build;

/// <summary>Makes the roots that steps change: what a container's would be over the same layers, by the host's storage driver.</summary>
internal sealed class BuildRoots(Instance instance, Builds builds, StorageDrivers drivers)
{
    /// <param name="chain">Chain ids of the layers below, lowest first.</param>
    /// <exception cref="OrderException">A layer is not on this host.</exception>
    public BuildRoot Open(BuildUse build, string[] chain)
    {
        var layers = RootLayers.Find(instance, chain, BuildStepMaker.Step);
        var paths = new ContainerPaths(instance, build.Paths.Roots, Guid.NewGuid().ToString("N"));
        builds.Make(build.Paths, paths.Folder);
        var driver = drivers.Claim(paths);
        try
        {
            // Passing: what of it is kept is kept as a layer.
            driver.Mount(paths, layers, RootUse.Passing);
            try
            {
                return new BuildRoot(paths, layers, driver, FileCalls.HoldRoot(paths.Merged));
            }
            finally
            {
                // Out of sight at once; it goes with the handle. A worker that is killed in between finds it at its next start (Reconcile/Leftovers).
                Mounts.Unmount(paths.Merged, detach: true);
            }
        }
        catch
        {
            BuildRoot.Remove(paths, driver);
            throw;
        }
    }
}

/// <summary>A root over an image's layers, to be changed. It leaves nothing when it is disposed.</summary>
internal sealed class BuildRoot(ContainerPaths paths, RootLayers layers, IStorageDriver driver, SafeFileHandle handle) : IDisposable
{
    public SafeFileHandle Handle => handle;

    /// <summary>What is changed will be found by comparing, and not told by the root itself.</summary>
    public bool IsCompared => driver is ComparingDriver;

    /// <summary>Closes the root and writes what was changed in it as a layer's tar.</summary>
    /// <returns>Whether there was anything to write.</returns>
    public bool WriteDiff(Stream tar, CancellationToken cancellation)
    {
        handle.Dispose();
        return driver.WriteDiff(paths, layers, tar, cancellation);
    }

    public void Dispose()
    {
        handle.Dispose();
        Remove(paths, driver);
    }

    internal static void Remove(ContainerPaths paths, IStorageDriver driver)
    {
        driver.Delete(paths);
        FileCalls.RemoveTree(paths.Folder);
    }
}
