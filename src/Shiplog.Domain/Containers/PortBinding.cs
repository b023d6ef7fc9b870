namespace Shiplog.Domain.Containers;

// A part of stored events, as HostOptions.

/// <summary>A port of the container's that is to be reached at the host, as it was asked for.</summary>
/// <param name="Port">The container's: <c>80/tcp</c>.</param>
/// <param name="HostIp">The host's address; empty for all.</param>
/// <param name="HostPort">A port, a range of which one is taken, or empty for any: <c>8080</c>, <c>8000-8010</c>.</param>
public sealed record PortBinding(string Port, string HostIp, string HostPort);

/// <summary>A port of the host's at which a container's is reached.</summary>
/// <param name="HostIp"><c>0.0.0.0</c> for all of the host's addresses.</param>
/// <param name="HostPort">The host's.</param>
/// <param name="ContainerPort">The container's.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public sealed record PublishedPort(string HostIp, int HostPort, int ContainerPort, string Protocol);
