using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of a kill, as the worker reports it.</summary>
public static class RecordSignalled
{
    /// <summary>Recorded where the kill is still open.</summary>
    public static Decision Decide(ContainerSignalledReport report, Container container, OpenCommand? command) =>
        command is { Kind: "KillContainer", Intent: ContainerKillRequested kill } && kill.ContainerId == container.Id
            ? Decision.Accept(new ContainerSignalled(container.Id, command.CommandId, report.Signal, report.At))
            : Decision.Nothing;
}
