namespace Shiplog.Contracts.Orders;

/// <summary>Let a container be reached at ports of the host, which the server has leased.</summary>
/// <param name="Bridge">The bridge that the address is behind.</param>
/// <param name="HostInterface">The host's end of the veth pair, on that bridge.</param>
/// <param name="Address">The container's.</param>
/// <param name="EndpointId">Names the container's place in the network to clients.</param>
public sealed record PublishPorts(string Bridge, string HostInterface, string Address, string EndpointId, PortMapping[] Ports);

/// <summary>A port of the host's and the container's that is reached there.</summary>
/// <param name="HostIp"><c>0.0.0.0</c> for all of the host's addresses.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public sealed record PortMapping(string HostIp, int HostPort, int ContainerPort, string Protocol);

/// <summary>The packet filter's rules are in place, and no other program can take the ports.</summary>
public sealed record PortsPublishedReport(string ContainerId, PortMapping[] Ports, TimeSpan Duration, DateTimeOffset At) : Report(At);

/// <summary>Undo of <see cref="PortsPublishedReport"/>.</summary>
/// <param name="Kept">Nobody else may have them: the container's restart policy starts it again.</param>
public sealed record PortsUnpublishedReport(string ContainerId, PortMapping[] Ports, bool Kept, DateTimeOffset At) : Report(At);
