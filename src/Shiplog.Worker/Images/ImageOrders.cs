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
    private readonly ImageCommitter _committer;
    private readonly ContentStore _store;
    private readonly ProgressHub _progress;
    private readonly TimeProvider _time;

    internal ImageOrders(OrderRunner runner, ImagePuller puller, ImageCommitter committer, ContentStore store, ProgressHub progress, TimeProvider time)
    {
        (_runner, _puller, _committer, _store, _progress, _time) = (runner, puller, committer, store, progress, time);
    }

    internal async Task<OrderOutcome> PullAsync(PullImage order, CancellationToken cancellation)
    {
        // Ended in any case: also where the order is a repetition and nothing is done.
        using var feed = _progress.Write(order.CommandId);
        return await _runner.RunAsync(order, order.Reference, stopping => PullAsync(order, feed, stopping), cancellation);
    }

    internal Task<OrderOutcome> CommitAsync(CommitContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, stopping => _committer.CommitAsync(order, stopping), cancellation);

    internal Task<OrderOutcome> RemoveAsync(RemoveImage order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ImageId, _ => Task.FromResult(Remove(order)), cancellation);

    private async Task<Report[]> PullAsync(PullImage order, ProgressFeed feed, CancellationToken stopping)
    {
        const string step = "PullImage";
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, feed.Abandoned);
        try
        {
            var name = ImageName.TryParse(order.Reference) ?? throw new InvalidImageException($"invalid reference format: {order.Reference}");
            var platform = order.Platform is not { Length: > 0 } text ? null
                : Platform.TryParse(text) ?? throw new InvalidImageException($"\"{text}\" is no platform; write os/architecture[/variant]");
            return [await _puller.PullAsync(name, platform, order.PointsTo, order.Credentials, feed, either.Token)];
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            throw new OrderException(ImageFailures.Explain(step, e), null, e);
        }
    }

    private Report[] Remove(RemoveImage order)
    {
        if (!Layers.Digest.IsValid(order.ImageId))
            throw new OrderException(new OrderFailure("RemoveImage", FailureKind.Invalid, $"\"{order.ImageId}\" is no image id"));
        // An image that is not here is what was asked for: the log learns that it is gone.
        var swept = _store.Forget(order.ImageId, order.KeepImageIds.ToHashSet());
        return [new ImageRemovedReport(order.ImageId, swept.Layers, swept.FreedBytes, _time.GetUtcNow())];
    }
}
