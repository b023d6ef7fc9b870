using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>btrfs</c>: for each image that is run a subvolume in which its layers are one tree, files sharing their blocks with the layers';
/// for each container a snapshot of that (btrfs-subvolume(8)).
/// </summary>
internal sealed class BtrfsDriver(Instance instance) : VfsDriver
{
    private readonly Lock _making = new();

    public override string Name => "btrfs";

    public override string? Missing() => FileCalls.IsBtrfs(instance.WorkerFolder) ? null : $"{instance.WorkerFolder} on btrfs";

    protected override void Make(string folder, RootLayers layers)
    {
        if (layers.Chain is [])
        {
            Subvolumes.Create(folder);
            Fill(folder, layers);
            return;
        }
        Subvolumes.Snapshot(ImageTree(layers), folder);
    }

    /// <summary>In the folder of the image's uppermost layer, which nobody has who does not have all below it; goes with that.</summary>
    private string ImageTree(RootLayers layers)
    {
        var tree = Path.Combine(instance.WorkerFolder, "layers", Digest.HexOf(layers.Chain[^1]), "tree");
        lock (_making)
        {
            if (Directory.Exists(tree))
                return tree;
            var made = tree + ".new";
            FileCalls.RemoveTree(made);
            Subvolumes.Create(made);
            Fill(made, layers);
            Directory.Move(made, tree);
            return tree;
        }
    }
}
