namespace Shiplog.Contracts.Orders;

/// <summary>Join a virtual interface in the container with the host's bridge; the bridge is made where it is missing.</summary>
/// <param name="Bridge">The bridge's interface name.</param>
/// <param name="Subnet">The network's subnet in CIDR form, masqueraded towards the outside.</param>
/// <param name="Gateway">The bridge's own address.</param>
/// <param name="HostInterface">Name of the host's end of the veth pair, at most 15 bytes.</param>
/// <param name="ContainerInterface"><c>eth0</c>.</param>
/// <param name="MacAddress"><c>02:42:ac:11:00:02</c></param>
/// <param name="Mtu">In bytes.</param>
public sealed record AttachBridge(
    string NetworkId, string NetworkName, string Bridge, string Subnet, string Gateway,
    string HostInterface, string ContainerInterface, string MacAddress, int Mtu)
{
    // Optional, as in StartContainer.

    /// <summary>Nothing is passed between the network and the outside.</summary>
    public bool Internal { get; init; }

    /// <summary>The network's containers may not speak with each other.</summary>
    public bool Isolated { get; init; }

    /// <summary>Its addresses leave the host as they are.</summary>
    public bool Unmasqueraded { get; init; }

    /// <summary>The names by which others in the network find the container; <see langword="null"/> where nobody does by name.</summary>
    public string[]? Names { get; init; }
}

/// <summary>A container's place in a network: an interface, and the address on it.</summary>
public sealed record NetworkPlace(AttachBridge Bridge, AssignIp Address);

/// <summary>The veth pair is up, one end on the bridge, the other in the container's network namespace.</summary>
public sealed record BridgeAttachedReport(
    string ContainerId, string NetworkId, string Bridge, string HostInterface, string ContainerInterface, string MacAddress,
    string NetworkNamespace, TimeSpan Duration, DateTimeOffset At) : Report(At);

/// <summary>Undo of <see cref="BridgeAttachedReport"/>: the interface is gone, or its network namespace, and with it the veth pair.</summary>
public sealed record BridgeDetachedReport(string ContainerId, string NetworkId, string HostInterface, DateTimeOffset At) : Report(At);
