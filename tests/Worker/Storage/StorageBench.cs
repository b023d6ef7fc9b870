using System.Diagnostics;
using System.Text;
using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Storage;

/// <summary>
/// A worker's folder for one storage driver, in a mount namespace that goes with the test; for btrfs on a file system of its own, in
/// a file.
/// </summary>
internal sealed class StorageBench
{
    private StorageBench(string home, string driver)
    {
        File.WriteAllText(Path.Combine(home, "shiplog.json"), $$"""{ "storage-driver": "{{driver}}" }""");
        Instance = Instance.Load(home);
        Directory.CreateDirectory(ContainerPaths.InitLayer(Instance), (UnixFileMode)0x1ed);
        (Drivers, Store) = (new StorageDrivers(Instance), new LayerStore(Instance));
    }

    public Instance Instance { get; }

    public StorageDrivers Drivers { get; }

    public IStorageDriver Driver => Drivers.Chosen;

    public LayerStore Store { get; private set; }

    public static void With(string driver, Action<StorageBench> test) => OwnThread.Run("storage", () =>
    {
        if (Interop.Unshare(Interop.CLONE_NEWNS) != 0)
            throw LinuxException.Last("unshare", "CLONE_NEWNS");
        Mounts.Mount("none", "/", null, Interop.MS_REC | Interop.MS_PRIVATE, null);
        using var tree = new Tree();
        var home = tree.NewFolder();
        if (driver == "btrfs")
        {
            // 109 MB is the least that mkfs.btrfs takes.
            Run($"truncate -s 400M '{tree.Root}/disk'; mkfs.btrfs -q '{tree.Root}/disk'; mount -o loop '{tree.Root}/disk' '{home}'");
        }
        try
        {
            test(new StorageBench(home, driver));
        }
        finally
        {
            foreach (var point in Mounts.Below(home))
                Mounts.Unmount(point, detach: true);
            Mounts.Unmount(home);
        }
        return true;
    });

    /// <summary>Takes archives as the layers of an image, lowest first, over those that there are.</summary>
    public RootLayers Take(RootLayers? below, params byte[][] tars)
    {
        var chain = below?.Chain.ToList() ?? [];
        foreach (var tar in tars)
        {
            var diffId = Digest.Of(tar);
            var chainId = chain is [.., var top] ? Digest.Chain([top, diffId])[^1] : diffId;
            using var draft = Store.Begin();
            var size = Tree.UnpackInto(draft.DiffFolder, tar, [.. chain.AsEnumerable().Reverse().Select(Store.DiffFolder)]);
            Store.Publish(draft, new LayerRecord(chainId, diffId, size));
            chain.Add(chainId);
        }
        return RootLayers.Find(Instance, [.. chain]);
    }

    public ContainerPaths Container(string id)
    {
        var paths = new ContainerPaths(Instance, id);
        Directory.CreateDirectory(paths.Folder);
        return paths;
    }

    /// <summary>Mounts a container's root, runs a script in it, and gives the tree that is there then.</summary>
    public byte[] Change(ContainerPaths container, RootLayers layers, string script)
    {
        var driver = Drivers.Claim(container);
        driver.Mount(container, layers, RootUse.ReadWrite);
        Run($"cd '{container.Merged}'\n{script}");
        Mounts.Unmount(container.Merged);
        // Mounted anew, since fuse-overlayfs shows times for a while as they were, and tar complains.
        driver.Mount(container, layers, RootUse.ReadOnly);
        var tree = Tree.Of(container.Merged);
        Mounts.Unmount(container.Merged);
        return tree;
    }

    public byte[] Look(ContainerPaths container, RootLayers layers) => Change(container, layers, "true");

    public byte[] Diff(ContainerPaths container, RootLayers layers, out bool changed)
    {
        using var tar = new MemoryStream();
        changed = Drivers.For(container).WriteDiff(container, layers, tar, CancellationToken.None);
        return tar.ToArray();
    }

    public string[] Changes(ContainerPaths container, RootLayers layers) =>
        [.. Drivers.For(container).Changes(container, layers, CancellationToken.None).Select(c => $"{"CAD"[(int)c.Kind]} {Encoding.Latin1.GetString(c.Path)}")];

    public void Remove(ContainerPaths container)
    {
        Drivers.For(container).Delete(container);
        FileCalls.RemoveTree(container.Folder);
    }

    /// <summary>As a worker does that has been started again after the machine was.</summary>
    public void Reboot()
    {
        foreach (var point in Mounts.Below(Instance.WorkerFolder))
            Mounts.Unmount(point);
        Store = new LayerStore(Instance);
    }

    public static string Run(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-ec", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return output;
    }
}
