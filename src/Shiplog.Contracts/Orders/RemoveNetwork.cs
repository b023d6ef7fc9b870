namespace Shiplog.Contracts.Orders;

/// <summary>Take a network's bridge and its rules away; what is not there has been.</summary>
/// <param name="Bridge">The bridge's interface name.</param>
public sealed record RemoveNetwork(string CommandId, string NetworkId, string Bridge) : Order(CommandId);

/// <summary>Nothing of the network is left on the host. Outcome of <see cref="RemoveNetwork"/>.</summary>
public sealed record NetworkRemovedReport(string NetworkId, DateTimeOffset At) : Report(At);
