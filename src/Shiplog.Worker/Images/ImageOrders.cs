using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>The orders about images, each run as <see cref="OrderRunner"/> runs orders.</summary>
public sealed class ImageOrders
{
    private readonly OrderRunner _runner;
    private readonly ImagePuller _puller;
    private readonly ImagePusher _pusher;
    private readonly ImageCommitter _committer;
    private readonly ContentStore _store;
    private readonly ProgressHub _progress;
    private readonly TimeProvider _time;

    internal ImageOrders(OrderRunner runner, ImagePuller puller, ImagePusher pusher, ImageCommitter committer, ContentStore store, ProgressHub progress, TimeProvider time)
    {
        (_runner, _puller, _pusher, _committer, _store, _progress, _time) = (runner, puller, pusher, committer, store, progress, time);
    }

    internal Task<OrderOutcome> PullAsync(PullImage order, CancellationToken cancellation) => WatchedAsync(order, order.Reference, async (feed, ended) =>
    {
        var platform = order.Platform is { Length: > 0 } text ? Platform.Parse(text) : null;
        return await _puller.PullAsync(NameOf(order.Reference), platform, order.PointsTo, order.Credentials, feed, ended);
    }, cancellation);

    internal Task<OrderOutcome> PushAsync(PushImage order, CancellationToken cancellation) => WatchedAsync(order, order.Reference, async (feed, ended) =>
        await _pusher.PushAsync(NameOf(order.Reference), order.ImageId, order.MountFrom, order.Credentials, feed, ended), cancellation);

    internal Task<OrderOutcome> CommitAsync(CommitContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, stopping => _committer.CommitAsync(order, stopping), cancellation);

    internal Task<OrderOutcome> RemoveAsync(RemoveImage order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ImageId, _ => Task.FromResult(Remove(order)), cancellation);

    /// <summary>Runs the work while its progress is told; whoever watches ends it by going.</summary>
    private async Task<OrderOutcome> WatchedAsync(
        Order order, string reference, Func<ProgressFeed, CancellationToken, Task<Report>> work, CancellationToken cancellation)
    {
        // Ended in any case: also where the order is a repetition and nothing is done.
        using var feed = _progress.Write(order.CommandId);
        return await _runner.RunAsync(order, reference, async stopping =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, feed.Abandoned);
            try
            {
                return [await work(feed, either.Token)];
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                throw new OrderException(ImageFailures.Explain(order.GetType().Name, e), null, e);
            }
        }, cancellation);
    }

    private static ImageName NameOf(string reference) =>
        ImageName.TryParse(reference) ?? throw new InvalidImageException($"invalid reference format: {reference}");

    private Report[] Remove(RemoveImage order)
    {
        if (!Layers.Digest.IsValid(order.ImageId))
            throw new OrderException(new OrderFailure("RemoveImage", FailureKind.Invalid, $"\"{order.ImageId}\" is no image id"));
        // An image that is not here is what was asked for: the log learns that it is gone.
        var swept = _store.Forget(order.ImageId, order.KeepImageIds.ToHashSet());
        return [new ImageRemovedReport(order.ImageId, swept.Layers, swept.FreedBytes, _time.GetUtcNow())];
    }
}
