using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of an update of a running container, as the worker reports it.</summary>
public static class RecordUpdated
{
    /// <summary>Recorded where the update is still open.</summary>
    public static Decision Decide(ContainerUpdatedReport report, Container container, OpenCommand? command) =>
        container.Exists && command is { Kind: UpdateContainer.Name, Intent: ContainerUpdateRequested update } && update.ContainerId == container.Id
            ? Decision.Accept(new ContainerUpdated(container.Id, command.CommandId, update.From, update.To, report.At))
            : Decision.Nothing;
}
