using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The life of a program beside the container's own, as the worker reports it.</summary>
public static class RecordExec
{
    /// <summary>Recorded where the start is still open.</summary>
    public static Decision Decide(ExecStartedReport report, Container container, OpenCommand? command) =>
        command is { Kind: "StartExec", Intent: ExecStartRequested start } && start.ExecId == report.ExecId && start.ContainerId == container.Id
            ? Decision.Accept(new ExecStarted(
                container.Id, report.ExecId, command.CommandId, report.Pid, report.Duration.TotalMilliseconds, report.At))
            : Decision.Nothing;

    /// <summary>Recorded once for each that runs.</summary>
    public static Decision Decide(ExecExitedReport report, Container container) =>
        container.Exec(report.ExecId) is { Status: ExecStatus.Running }
            ? Decision.Accept(new ExecExited(container.Id, report.ExecId, report.ExitCode, report.At))
            : Decision.Nothing;
}
