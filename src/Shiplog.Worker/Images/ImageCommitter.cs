using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>
/// Makes an image of a container: its read-write layer becomes a layer of its own over those of its image. As with Docker, a
/// container without changes makes an image of the same layers.
/// </summary>
internal sealed class ImageCommitter(ContentStore store, ChildImages images, IContainerAccess containers, TimeProvider time)
{
    private const string Step = "CommitContainer";

    /// <returns>The facts, the outcome last.</returns>
    public async Task<Report[]> CommitAsync(CommitContainer order, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var facts = new List<Report>();
        try
        {
            using var lease = store.Lease();
            var parent = images.Pin(order.ParentImageId, lease) ?? throw new OrderException(new OrderFailure(
                Step, FailureKind.NotFound, $"image {order.ParentImageId}, which the container was made from, is no longer on this host; pull it again"));
            var diff = await DiffAsync(order, parent, lease, facts, cancellation);
            var image = await images.StoreAsync(parent, order.ConfigTemplate, diff, lease, cancellation);
            var newLayer = diff is null ? null : image.Layers[^1].ChainId;
            return [.. facts, new ContainerCommittedReport(order.ContainerId, image, newLayer, Stopwatch.GetElapsedTime(began), time.GetUtcNow())];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OrderException(ImageFailures.Explain(Step, e), [.. facts], e);
        }
    }

    private async Task<LayerBlob?> DiffAsync(CommitContainer order, StoredImage parent, ContentLease lease, List<Report> facts, CancellationToken cancellation)
    {
        var hold = await containers.HoldAsync(order.ContainerId, order.Pause);
        if (hold.Paused is { } paused)
            facts.Add(paused);
        try
        {
            string[] chain = [.. parent.Layers.Select(l => l.ChainId)];
            return hold.WriteDiff is { } write
                ? await Task.Factory.StartNew(
                    () => LayerBlob.Write(store, lease, tar => write(chain, tar, cancellation)), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : null;
        }
        finally
        {
            if (await hold.ReleaseAsync() is { } unpaused)
                facts.Add(unpaused);
        }
    }
}
