using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Networks;

/// <summary>Remove a network that nobody is in.</summary>
/// <param name="Named">The network as the client named it.</param>
public sealed record RemoveNetwork(string CommandId, string Named)
{
    /// <param name="users">Ids of the containers that have a place in it now.</param>
    public static Decision Decide(RemoveNetwork command, Network network, IReadOnlyCollection<string> users, DateTimeOffset now)
    {
        if (network.Status is not NetworkStatus.Present)
            return NotFound(command.Named);
        if (network.IsPredefined)
            return Decision.Refuse(RefusalKind.Forbidden, $"{network.Name} is a pre-defined network and cannot be removed");
        return users.Count > 0
            ? Decision.Refuse(RefusalKind.Forbidden, $"error while removing network: network {network.Name} id {network.Id} has active endpoints")
            : Decision.Accept(new NetworkRemoveRequested(network.Id, command.CommandId, network.Name, now));
    }

    /// <summary>What every command says of a network that is not there.</summary>
    public static Decision NotFound(string named) => Decision.Refuse(RefusalKind.NotFound, $"network {named} not found");

    /// <summary>The end, as the worker reports it.</summary>
    public static Decision Record(NetworkRemovedReport report, Network network, OpenCommand? command) =>
        command is { Intent: NetworkRemoveRequested remove } && remove.NetworkId == report.NetworkId && network.Status is NetworkStatus.Removing
            ? Decision.Accept(new NetworkRemoved(network.Id, command.CommandId, network.Name, network.Driver, report.At))
            : Decision.Nothing;

    /// <summary>It came to nothing.</summary>
    public static Decision Record(OrderFailure failure, OpenCommand? command, DateTimeOffset at) => command is { Intent: NetworkRemoveRequested remove }
        ? Decision.Accept(new NetworkCommandFailed(remove.NetworkId, command.CommandId, command.Kind, failure.Kind.ToString(), failure.Error, at))
        : Decision.Nothing;
}
