using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Storage;

/// <summary>What a root file system is mounted for.</summary>
internal enum RootUse
{
    /// <summary>To be changed, and kept.</summary>
    ReadWrite = 0,

    /// <summary>To be changed by a container that is deleted when it ends: nothing of it need reach the disk.</summary>
    Passing,

    /// <summary>To be looked at, whatever else is done with the container meanwhile; what the container has stays as it is.</summary>
    ReadOnly,
}

/// <summary>
/// A way to make a container's root file system of its image's layers, and to tell what the container has changed. Layers are kept in
/// one form for all of them (<see cref="LayerStore"/>), so an image pulled under one driver serves under another; a container stays
/// with the driver that made its read-write layer.
/// </summary>
internal interface IStorageDriver
{
    /// <summary>As <c>storage-driver</c> in the configuration and <c>docker info</c> spell it.</summary>
    string Name { get; }

    /// <summary>What this host would need for it, as a phrase; <see langword="null"/> where nothing is missing.</summary>
    string? Missing();

    /// <summary>Where the container's own files are.</summary>
    string ReadWriteFolder(ContainerPaths container);

    /// <summary>Mounts the root at <see cref="ContainerPaths.Merged"/>. umount(2) takes it away, whichever driver it was.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    void Mount(ContainerPaths container, RootLayers layers, RootUse use);

    /// <summary>What the container has changed of its image; parents before what is in them.</summary>
    List<UpperChange> Changes(ContainerPaths container, RootLayers layers, CancellationToken cancellation);

    /// <summary>Writes the same as a layer's tar.</summary>
    /// <returns>Whether there was anything to write.</returns>
    /// <exception cref="Layers.Tar.TarException">Something in it cannot be part of an image.</exception>
    bool WriteDiff(ContainerPaths container, RootLayers layers, Stream tar, CancellationToken cancellation);

    /// <summary>Bytes of the files that the container has made or changed.</summary>
    /// <param name="layers">Finds the layers below; asked by those that compare.</param>
    long Size(ContainerPaths container, Func<RootLayers> layers);

    /// <summary>Deletes what is not in the container's folder; the root is not mounted.</summary>
    void Delete(ContainerPaths container);
}
