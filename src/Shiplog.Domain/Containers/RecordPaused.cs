using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>Freezing and thawing, as the worker reports them: outcomes of their commands, and facts around a commit.</summary>
public static class RecordPaused
{
    /// <summary>Recorded where the container was not frozen, on behalf of the open command.</summary>
    public static Decision Decide(ContainerPausedReport report, Container container, OpenCommand? command) =>
        command is { Kind: "PauseContainer" or "CommitContainer" } && container.Status == ContainerStatus.Running
            ? Decision.Accept(new ContainerPaused(container.Id, command.CommandId, report.At))
            : Decision.Nothing;

    /// <summary>Recorded where the container was frozen, on behalf of the open command.</summary>
    public static Decision Decide(ContainerUnpausedReport report, Container container, OpenCommand? command) =>
        command is { Kind: "UnpauseContainer" or "CommitContainer" } && container.Status == ContainerStatus.Paused
            ? Decision.Accept(new ContainerUnpaused(container.Id, command.CommandId, report.At))
            : Decision.Nothing;
}
