using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>
/// Copies into a root as COPY and ADD do: of a folder what is in it, a file into a destination that is a folder or ends in a slash, and to
/// that path otherwise; links in the root are followed within it.
/// </summary>
/// <param name="room">Bytes that archives may unpack to.</param>
internal sealed class BuildCopier(BuildRoot target, BuildCopy copy, long room, CancellationToken cancellation)
{
    private readonly SafeFileHandle _root = target.Handle;

    private readonly (uint Uid, uint Gid)? _owner =
        // As Docker: what comes from an image stays whose it is.
        copy.Owner is { } owner ? CopyOwner.Resolve(owner, target.Handle) : copy.FromImageId is null ? (0, 0) : null;

    private readonly byte[] _destination = CopyDestination.PathOf(copy.Destination, copy.WorkingDir);

    /// <exception cref="NoFolderException">Something is in the way of a folder.</exception>
    /// <exception cref="CopyException">A folder is where a file has to be, or the reverse.</exception>
    /// <exception cref="TarException">An archive cannot be unpacked.</exception>
    public void Copy(FoundSources found)
    {
        foreach (var source in found.Sources)
        {
            // Each by itself: one file that two sources name becomes two.
            using var tree = Tree(found);
            if (source.IsFolder)
                CopyFolder(tree, source);
            else
                CopyFile(tree, source, found.Excludes);
        }
        using var written = Tree(found);
        foreach (var file in found.Files)
            WriteFile(written, file);
    }

    private SourceCopy Tree(FoundSources found) => new(_owner, (uint?)copy.Mode, found.Excludes, target.IsCompared, cancellation);

    private void CopyFolder(SourceCopy tree, FoundSource source)
    {
        using var from = source.Open();
        var below = source.Below;
        using var to = below.Length == 0 ? OpenNewRoot() : OpenBelow(tree, source, below, out _);
        tree.Fill(from, to, LayerPath.Join([.. below]), _destination);
    }

    /// <summary>
    /// The destination of a folder's content. As the classic builder: made where it is missing, 0755 whatever the source's mode, and only it, not what is
    /// made above it, belongs to whom the copy is to belong to. What was there stays as it is.
    /// </summary>
    private SafeFileHandle OpenNewRoot()
    {
        var (folder, isNew) = CopyDestination.Open(_root, _destination, (0, 0));
        if (!isNew)
            return folder;
        if (copy.Owner is not null && _owner is var (uid, gid))
            FileCalls.SetOwner(folder, uid, gid);
        if (copy.Mode is { } mode)
            FileCalls.SetMode(folder, (uint)mode);
        return folder;
    }

    private void CopyFile(SourceCopy tree, FoundSource source, ExcludePatterns excludes)
    {
        using var from = source.OpenParent();
        var below = source.Below;
        if (!excludes.Takes(from, source.Name, LayerPath.Join([.. below]), source.Place.Status.Kind))
            return;
        from.Look(source.Name, out var holder);
        if (copy.Unpack && !source.IsDownload && source.Place.Status.Kind == FileKind.Regular && SourceArchive.TryOpen(holder!, source.Name) is { } archive)
        {
            using (archive)
                Unpack(archive);
            return;
        }
        using var to = OpenForFile(tree, source, below, out var name, out var path);
        tree.Put(holder!, to, source.Name, name, path, source.Place.Status);
    }

    private void WriteFile(SourceCopy tree, BuildFile file)
    {
        using var to = OpenForFile(tree, null, [Encoding.UTF8.GetBytes(file.Name)], out var name, out var path);
        tree.Write(to, name, path, Encoding.UTF8.GetBytes(file.Content));
    }

    /// <summary>Opens the folder that a file comes to be in.</summary>
    /// <param name="name">What it is called there.</param>
    /// <param name="path">In the root, for errors.</param>
    private SafeFileHandle OpenForFile(SourceCopy tree, FoundSource? source, byte[][] below, out byte[] name, out byte[] path)
    {
        using var walk = new RootWalk(_root);
        walk.Go(_destination);
        if (copy.Parents || CopyDestination.IsFolder(copy.Destination) || walk.Directory is not null)
        {
            (name, path) = (below[^1], LayerPath.Append(walk.Path, LayerPath.Join([.. below])));
            return below.Length > 1 ? OpenBelow(tree, source!, below[..^1], out _) : OpenDestination(_destination, out _);
        }
        // Where a link leads that the destination is, or the destination itself.
        (name, path) = (LayerPath.Base(walk.Path).ToArray(), walk.Path);
        return OpenDestination(LayerPath.Parent(walk.Path), out _);
    }

    private SafeFileHandle OpenDestination(ReadOnlySpan<byte> path, out bool isNew)
    {
        (var folder, isNew) = CopyDestination.Open(_root, path, _owner ?? (0, 0));
        return folder;
    }

    /// <summary>Opens a folder below the destination, made where it is missing as those are that it is named after.</summary>
    private SafeFileHandle OpenBelow(SourceCopy tree, FoundSource source, byte[][] below, out bool isNew)
    {
        var (path, folder) = (_destination, OpenDestination(_destination, out isNew));
        for (var i = 0; i < below.Length; i++)
        {
            using var above = folder;
            path = LayerPath.Append(path, below[i]);
            isNew = FileCalls.TryStatus(above, below[i]) is null;
            folder = OpenDestination(path, out _);
            if (isNew && source.Tree.Find(source.Asked[..(source.Pivot + i + 1)]) is { } named)
            {
                using var like = source.Tree.Open(named.Path);
                if (like.Top is { } top)
                    tree.DressFolder(top, folder);
            }
        }
        return folder;
    }

    private void Unpack(Stream archive)
    {
        using (CopyDestination.Open(_root, _destination, (0, 0)).Folder)
        {
            using var walk = new RootWalk(_root);
            walk.Go(_destination);
            // As the classic builder: what an archive says of owners counts, whatever --chown says.
            using var unpacker = new ArchiveUnpacker(walk, new UnpackRules(KeepKinds: false, Owner: null, Devices: true));
            unpacker.Unpack(new TarReader(archive, TarLimits.Default with { Bytes = Math.Min(room, TarLimits.Default.Bytes) }), cancellation);
        }
    }
}
