using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>A build's context: the files that its client has sent.</summary>
internal sealed class BuildContexts(Builds builds, ContentStore store)
{
    /// <summary>Unpacks the archive that is the context. A broken one leaves nothing.</summary>
    /// <exception cref="TarException">It is no archive, leads out of the context, or holds more than there is room for.</exception>
    /// <exception cref="OrderException">The build has a context already.</exception>
    public void Unpack(BuildUse build, Stream archive, CancellationToken cancellation)
    {
        if (Directory.Exists(build.Paths.Context))
            throw new OrderException(new OrderFailure("", FailureKind.Conflict, $"build {build.Paths.Id} has its context already"));
        // Renamed when it is whole: what is there can be copied.
        var made = build.Paths.Context + "-" + Guid.NewGuid().ToString("N");
        builds.Make(build.Paths, made);
        try
        {
            UnpackInto(made, archive, cancellation);
            Directory.Move(made, build.Paths.Context);
        }
        catch
        {
            FileCalls.RemoveTree(made);
            if (!Directory.EnumerateFileSystemEntries(build.Paths.Folder).Any())
                Directory.Delete(build.Paths.Folder);
            throw;
        }
    }

    /// <summary>Opens a file of the context.</summary>
    /// <returns><see langword="null"/> where there is none.</returns>
    /// <exception cref="OrderException">It is no file.</exception>
    public static SafeFileHandle? Open(BuildUse build, string path)
    {
        if (!Directory.Exists(build.Paths.Context))
            return null;
        using var tree = new SourceTree([build.Paths.Context], isFixed: true);
        if (tree.Find(ContainerPath.Parse(path).Parts) is not { } place)
            return null;
        if (place.Status.Kind != FileKind.Regular)
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"{path} in the build context is no file"));
        using var folder = tree.Open(place.Path.AsSpan(0, place.Path.Length - 1));
        return FileCalls.TryOpenAt(folder.Top!, place.Path[^1], FileCalls.O_RDONLY);
    }

    /// <summary>Takes a file out of the context, where it is there.</summary>
    public static void Drop(BuildUse build, string path)
    {
        if (!Directory.Exists(build.Paths.Context))
            return;
        using var tree = new SourceTree([build.Paths.Context], isFixed: true);
        if (tree.Find(ContainerPath.Parse(path).Parts) is not { Status.Kind: FileKind.Regular } place)
            return;
        using var folder = tree.Open(place.Path.AsSpan(0, place.Path.Length - 1));
        FileCalls.Remove(folder.Top!, place.Path[^1], isDirectory: false);
    }

    private void UnpackInto(string folder, Stream archive, CancellationToken cancellation)
    {
        using var root = FileCalls.OpenRoot(folder);
        FileCalls.SetMode(root, 0x1ed); // 0755, which a folder has that all of it is copied to.
        using var plain = Decompression.Open(archive);
        using var walk = new RootWalk(root);
        using var unpacker = new ContextUnpacker(walk);
        // A few kilobytes can unpack to more than any disk holds.
        unpacker.Unpack(new TarReader(plain, TarLimits.Default with { Bytes = Math.Min(store.Room, TarLimits.Default.Bytes) }), cancellation);
    }

    private sealed class ContextUnpacker(RootWalk destination) : ArchiveUnpacker(destination, new UnpackRules(KeepKinds: false, Owner: null, Devices: false))
    {
        protected override void Judge(TarEntry entry)
        {
            if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
                throw new TarException($"{TarReader.Show(entry.Name)} is a device node, which no build can copy: name it in .dockerignore");
        }
    }
}
