using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>Makes the image of one step of a build: that of the step before with another config, and a layer more where files were changed.</summary>
internal sealed class BuildStepMaker(
    ContentStore store, ChildImages images, IContainerAccess containers, SubjectGates gates, Builds builds, BuildSources sources, BuildRoots roots,
    TimeProvider time)
{
    /// <summary>The step's name in failures.</summary>
    public const string Step = nameof(BuildImageStep);

    /// <returns>The outcome.</returns>
    public async Task<Report[]> MakeAsync(BuildImageStep order, CancellationToken stopping)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var lease = store.Lease();
            var parent = order.ParentImageId is { } below ? Parent(below, lease) : null;
            var diff = await DiffAsync(order, parent?.Layers.Select(l => l.ChainId).ToArray() ?? [], lease, stopping);
            var image = await images.StoreAsync(parent, order.ConfigTemplate, diff, lease, stopping);
            return [new ImageBuiltReport(
                order.BuildId, order.Step, order.ParentImageId, order.ContainerId, image, diff is null ? null : image.Layers[^1].ChainId,
                Stopwatch.GetElapsedTime(began), time.GetUtcNow())];
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            throw new OrderException(Explain(order, e), null, e);
        }
    }

    private StoredImage Parent(string imageId, ContentLease lease) => images.Pin(imageId, lease) ?? throw new OrderException(
        new OrderFailure(Step, FailureKind.NotFound, $"image {imageId}, which the step goes on from, is no longer on this host; build it again"));

    private async Task<LayerBlob?> DiffAsync(BuildImageStep order, string[] chain, ContentLease lease, CancellationToken stopping) => order switch
    {
        { Copy: null, Folder: null, ContainerId: null } => null,
        { Copy: { } copy, Folder: null, ContainerId: null } => await CopyAsync(order.BuildId, copy, chain, lease, stopping),
        { Copy: null, Folder: { } folder, ContainerId: null } => await MakeFolderAsync(order.BuildId, folder, chain, lease, stopping),
        { Copy: null, Folder: null, ContainerId: { } container } => await ContainerAsync(container, chain, lease, stopping),
        _ => throw new OrderException(new OrderFailure(
            Step, FailureKind.Invalid, "a step changes files in one way: it copies, makes a folder, or takes a container's")),
    };

    private async Task<LayerBlob?> ContainerAsync(string containerId, string[] chain, ContentLease lease, CancellationToken stopping)
    {
        // Its turn, as an order about it would have: nobody deletes it meanwhile.
        using var turn = await gates.EnterAsync(containerId, stopping);
        var hold = await containers.HoldAsync(containerId, freeze: false);
        return hold.WriteDiff is { } write
            ? await Blocking.RunAsync(() => LayerBlob.Write(store, lease, tar => write(chain, tar, stopping)))
            : null;
    }

    private async Task<LayerBlob?> CopyAsync(string buildId, BuildCopy copy, string[] chain, ContentLease lease, CancellationToken stopping)
    {
        using var build = builds.Use(buildId);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, build.Build.Ended);
        using var found = await sources.FindAsync(build, copy, either.Token);
        return await Blocking.RunAsync(() =>
        {
            using var root = roots.Open(build, chain);
            new BuildCopier(root, copy, store.Room, either.Token).Copy(found);
            return LayerBlob.Write(store, lease, tar => root.WriteDiff(tar, either.Token));
        });
    }

    private async Task<LayerBlob?> MakeFolderAsync(string buildId, string folder, string[] chain, ContentLease lease, CancellationToken stopping)
    {
        using var build = builds.Use(buildId);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, build.Build.Ended);
        return await Blocking.RunAsync(() => IsThere(folder, chain) ? null : MakeFolder(build, folder, chain, lease, either.Token));
    }

    // Mostly it is, and then nothing need be mounted to see that.
    private bool IsThere(string folder, string[] chain)
    {
        using var tree = new SourceTree(chain.Reverse().Select(store.Layers.DiffFolder), isFixed: false);
        return tree.Find(ContainerPath.Parse(folder).Parts) is { Status.Kind: FileKind.Directory };
    }

    private LayerBlob? MakeFolder(BuildUse build, string folder, string[] chain, ContentLease lease, CancellationToken cancellation)
    {
        using var root = roots.Open(build, chain);
        try
        {
            CopyDestination.Open(root.Handle, ContainerPath.Parse(folder).Bytes, (0, 0)).Folder.Dispose();
        }
        catch (NoFolderException e)
        {
            throw new OrderException(new OrderFailure(Step, FailureKind.Invalid, $"Cannot mkdir: {e.Path} is not a directory"), null, e);
        }
        return LayerBlob.Write(store, lease, tar => root.WriteDiff(tar, cancellation));
    }

    private static OrderFailure Explain(BuildImageStep order, Exception e)
    {
        var failure = e switch
        {
            NoFolderException { Path: var path } => new OrderFailure(Step, FailureKind.Invalid, $"cannot copy to non-directory: {path}: not a directory"),
            CopyException or FormatException => new OrderFailure(Step, FailureKind.Invalid, e.Message),
            _ => ImageFailures.Explain(Step, e),
        };
        return order.Copy is { } copy && e is not OrderException ? failure with { Error = $"{copy.Instruction} failed: {failure.Error}" } : failure;
    }
}
