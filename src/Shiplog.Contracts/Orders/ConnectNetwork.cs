namespace Shiplog.Contracts.Orders;

/// <summary>Give a container that runs a place in one more network.</summary>
public sealed record ConnectNetwork(string CommandId, string ContainerId, NetworkPlace Place) : Order(CommandId);

/// <summary>The container is in the network. Outcome of <see cref="ConnectNetwork"/>.</summary>
public sealed record NetworkConnectedReport(string ContainerId, string NetworkId, DateTimeOffset At) : Report(At);

/// <summary>Take a container that runs out of a network.</summary>
/// <param name="RouteBy">The network whose gateway gets the default route; <see langword="null"/> where that stays as it is.</param>
public sealed record DisconnectNetwork(string CommandId, string ContainerId, string NetworkId, string? RouteBy) : Order(CommandId);

/// <summary>The container has left the network. Outcome of <see cref="DisconnectNetwork"/>.</summary>
public sealed record NetworkDisconnectedReport(string ContainerId, string NetworkId, DateTimeOffset At) : Report(At);
