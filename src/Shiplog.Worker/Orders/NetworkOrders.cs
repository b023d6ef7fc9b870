using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Orders;

/// <summary>The orders about networks, each run as <see cref="OrderRunner"/> runs orders.</summary>
public sealed class NetworkOrders
{
    private readonly OrderRunner _runner;
    private readonly NetworkConnector _connector;
    private readonly Bridges _bridges;
    private readonly TimeProvider _time;

    internal NetworkOrders(OrderRunner runner, NetworkConnector connector, Bridges bridges, TimeProvider time) =>
        (_runner, _connector, _bridges, _time) = (runner, connector, bridges, time);

    internal Task<OrderOutcome> ConnectAsync(ConnectNetwork order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _connector.ConnectAsync(order), cancellation);

    internal Task<OrderOutcome> DisconnectAsync(DisconnectNetwork order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _connector.DisconnectAsync(order), cancellation);

    internal Task<OrderOutcome> RemoveAsync(RemoveNetwork order, CancellationToken cancellation) =>
        _runner.RunAsync(order, "network/" + order.NetworkId, async stopping =>
        {
            await _bridges.RemoveAsync(order.NetworkId, order.Bridge, stopping);
            return (Report[])[new NetworkRemovedReport(order.NetworkId, _time.GetUtcNow())];
        }, cancellation);
}

// One thin handler per order, found by Wolverine by their names. Public because Wolverine takes no others.

/// <summary>Runs <see cref="ConnectNetwork"/>.</summary>
public static class ConnectNetworkHandler
{
    /// <summary>Answers when the facts are recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(ConnectNetwork order, NetworkOrders networks, CancellationToken cancellation) =>
        networks.ConnectAsync(order, cancellation);
}

/// <summary>Runs <see cref="DisconnectNetwork"/>.</summary>
public static class DisconnectNetworkHandler
{
    /// <summary>Answers when the facts are recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(DisconnectNetwork order, NetworkOrders networks, CancellationToken cancellation) =>
        networks.DisconnectAsync(order, cancellation);
}

/// <summary>Runs <see cref="RemoveNetwork"/>.</summary>
public static class RemoveNetworkHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(RemoveNetwork order, NetworkOrders networks, CancellationToken cancellation) =>
        networks.RemoveAsync(order, cancellation);
}
