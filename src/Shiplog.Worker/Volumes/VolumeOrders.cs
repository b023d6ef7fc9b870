using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Volumes;

/// <summary>The orders about volumes, each run as <see cref="OrderRunner"/> runs orders.</summary>
public sealed class VolumeOrders
{
    private readonly OrderRunner _runner;
    private readonly VolumeStore _volumes;
    private readonly TimeProvider _time;

    internal VolumeOrders(OrderRunner runner, VolumeStore volumes, TimeProvider time) => (_runner, _volumes, _time) = (runner, volumes, time);

    internal Task<OrderOutcome> CreateAsync(CreateVolume order, CancellationToken cancellation) =>
        _runner.RunAsync(order, VolumeStore.Subject(order.Name), _ =>
        {
            _volumes.Make(order.Name, order.Driver, order.Options);
            return Task.FromResult<Report[]>([new VolumeCreatedReport(order.Name, _time.GetUtcNow())]);
        }, cancellation);

    internal Task<OrderOutcome> RemoveAsync(RemoveVolume order, CancellationToken cancellation) =>
        _runner.RunAsync(order, VolumeStore.Subject(order.Name), _ =>
            Task.FromResult<Report[]>([new VolumeRemovedReport(order.Name, _volumes.Remove(order.Name), _time.GetUtcNow())]), cancellation);
}

// One thin handler per order, found by Wolverine by their names. Public because Wolverine takes no others.

/// <summary>Runs <see cref="CreateVolume"/>.</summary>
public static class CreateVolumeHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(CreateVolume order, VolumeOrders volumes, CancellationToken cancellation) =>
        volumes.CreateAsync(order, cancellation);
}

/// <summary>Runs <see cref="RemoveVolume"/>.</summary>
public static class RemoveVolumeHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(RemoveVolume order, VolumeOrders volumes, CancellationToken cancellation) =>
        volumes.RemoveAsync(order, cancellation);
}
