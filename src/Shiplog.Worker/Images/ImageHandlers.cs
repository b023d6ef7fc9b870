using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images;

// One thin handler per order, found by Wolverine by their names. Public because Wolverine takes no others.

/// <summary>Runs <see cref="PullImage"/>.</summary>
public static class PullImageHandler
{
    /// <summary>Answers when the image, or the failure, is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(PullImage order, ImageOrders images, CancellationToken cancellation) =>
        images.PullAsync(order, cancellation);
}

/// <summary>Runs <see cref="PushImage"/>.</summary>
public static class PushImageHandler
{
    /// <summary>Answers when it is recorded that the registry has the image, or the failure is.</summary>
    public static Task<OrderOutcome> HandleAsync(PushImage order, ImageOrders images, CancellationToken cancellation) =>
        images.PushAsync(order, cancellation);
}

/// <summary>Runs <see cref="CommitContainer"/>.</summary>
public static class CommitContainerHandler
{
    /// <summary>Answers when the new image is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(CommitContainer order, ImageOrders images, CancellationToken cancellation) =>
        images.CommitAsync(order, cancellation);
}

/// <summary>Runs <see cref="RemoveImage"/>.</summary>
public static class RemoveImageHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(RemoveImage order, ImageOrders images, CancellationToken cancellation) =>
        images.RemoveAsync(order, cancellation);
}
