using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>Step 6, as the worker reports it: the outcome of a start.</summary>
public static class RecordStarted
{
    /// <summary>Recorded where the start is still open, so that a command never has two outcomes.</summary>
    public static Decision Decide(ContainerStartedReport report, Container container, OpenCommand? command)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (command is not { Kind: "StartContainer", Intent: ContainerStartRequested start } || start.ContainerId != container.Id)
            return Decision.Nothing;
        return Decision.Accept(new ContainerStarted(
            container.Id, command.CommandId, report.Pid, report.Runtime, report.Duration.TotalMilliseconds, report.At));
    }
}
