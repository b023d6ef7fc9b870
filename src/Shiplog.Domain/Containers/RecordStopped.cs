using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of a stop, as the worker reports it.</summary>
public static class RecordStopped
{
    /// <summary>Recorded where the stop is still open.</summary>
    public static Decision Decide(ContainerStoppedReport report, Container container, OpenCommand? command) =>
        command is { Kind: "StopContainer", Intent: ContainerStopRequested stop } && stop.ContainerId == container.Id
            ? Decision.Accept(new ContainerStopped(container.Id, command.CommandId, report.Killed, report.At))
            : Decision.Nothing;
}
