using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers;

/// <summary>Have a container in one more network; if it runs, at once.</summary>
/// <param name="Named">The network as the client named it.</param>
public sealed record ConnectNetwork(string CommandId, string Named, NetworkAttachment Attachment)
{
    /// <param name="bridge">The default network.</param>
    /// <param name="endpoint">The address leased for it; <see langword="null"/> where the container does not run.</param>
    public static Decision Decide(
        ConnectNetwork command, Container container, Network network, Network? bridge, NetworkEndpoint? endpoint, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (Refused(container) is { } refused)
            return refused;
        if (network.Status is not NetworkStatus.Present)
            return Networks.RemoveNetwork.NotFound(command.Named);
        if (Fault(command, container, network, bridge) is { } fault)
            return new Decision.Refused(fault);
        if (container.PlaceIn(network.Id) is not null)
            return Decision.Refuse(RefusalKind.Forbidden, $"endpoint with name {container.Name} already exists in network {network.Name}");
        var networks = container.NetworksOf(bridge);
        return endpoint is not null
            ? Decision.Accept(new ContainerConnectRequested(container.Id, command.CommandId, command.Attachment, endpoint, now) { Before = container.Networks is null ? networks : null })
            : Decision.Accept(new ContainerConnected(container.Id, command.CommandId, network.Id, With(networks, command.Attachment), now));
    }

    /// <summary>The container is in the network, as the worker reports it: the outcome of a connect.</summary>
    public static Decision Record(NetworkConnectedReport report, Container container, OpenCommand? command) =>
        container.Exists && command is { Intent: ContainerConnectRequested intent } && intent.ContainerId == container.Id
            ? Decision.Accept(new ContainerConnected(
                container.Id, command.CommandId, report.NetworkId, With(container.Networks ?? intent.Before ?? [], intent.Network), report.At))
            : Decision.Nothing;

    /// <summary>Why a container's networks cannot be changed now.</summary>
    internal static Decision? Refused(Container container) => container.Status switch
    {
        ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
        ContainerStatus.Removing or ContainerStatus.Dead => Decision.Refuse(
            RefusalKind.Conflict, $"Container {container.Id} is marked for removal and cannot be connected or disconnected to the network"),
        ContainerStatus.Restarting => Refusals.Restarting(container),
        _ => null,
    };

    private static Refusal? Fault(ConnectNetwork command, Container container, Network network, Network? bridge) =>
        container.Host?.NetworkMode is "host" || JoinNetwork.HostOf(container) is not null
            ? Invalid("container sharing network namespace with another container or host cannot be connected to any other network")
            : network.Driver is "host"
            ? Invalid("container cannot be disconnected from host network or connected to host network")
            : network.Driver is "null" || (container.Host?.NetworkMode is "none" && container.NetworksOf(bridge) is [])
            ? Invalid("container cannot be connected to multiple networks with one of the networks in private (none) mode")
            : AttachmentRules.Fault(command.Attachment, network);

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    private static NetworkAttachment[] With(NetworkAttachment[] networks, NetworkAttachment one) => [.. networks.Where(n => n.NetworkId != one.NetworkId), one];
}

/// <summary>Have a container leave a network; if it runs, at once.</summary>
/// <param name="Named">The network as the client named it.</param>
public sealed record DisconnectNetwork(string CommandId, string Named)
{
    /// <param name="bridge">The default network.</param>
    public static Decision Decide(DisconnectNetwork command, Container container, Network network, Network? bridge, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (ConnectNetwork.Refused(container) is { } refused)
            return refused;
        if (network.Driver is "host")
            return Decision.Refuse(RefusalKind.Invalid, "container cannot be disconnected from host network or connected to host network");
        var networks = container.NetworksOf(bridge);
        if (container.PlaceIn(network.Id) is not { } place)
        {
            return networks.Any(n => n.NetworkId == network.Id) && !container.HasProcess
                ? Decision.Accept(new ContainerDisconnected(container.Id, command.CommandId, network.Id, Without(networks, network.Id), now))
                : Decision.Refuse(RefusalKind.Forbidden, $"container {container.Id} is not connected to network {network.Name}");
        }
        if (container.LeasedPorts is not [] && ContainerPlaces.RoutedBy(container.Places) == place)
            return Decision.Refuse(RefusalKind.NotImplemented, $"leaving network {network.Name}, at which the container's ports are published, while it runs is not built yet");
        // Another network takes over, if this was the one by which it reached everybody.
        var next = ContainerPlaces.RoutedBy(container.Places) == place
            ? ContainerPlaces.RoutedBy(container.Places.Where(p => p != place))?.Endpoint.NetworkId
            : null;
        return Decision.Accept(new ContainerDisconnectRequested(container.Id, command.CommandId, network.Id, network.Name, now)
        {
            RouteBy = next,
            Before = container.Networks is null ? networks : null,
        });
    }

    /// <summary>The container has left the network, as the worker reports it: the outcome of a disconnect.</summary>
    public static Decision Record(NetworkDisconnectedReport report, Container container, OpenCommand? command) =>
        container.Exists && command is { Intent: ContainerDisconnectRequested intent } && intent.ContainerId == container.Id
            ? Decision.Accept(new ContainerDisconnected(
                container.Id, command.CommandId, report.NetworkId, Without(container.Networks ?? intent.Before ?? [], report.NetworkId), report.At))
            : Decision.Nothing;

    private static NetworkAttachment[] Without(NetworkAttachment[] networks, string networkId) => [.. networks.Where(n => n.NetworkId != networkId)];
}
