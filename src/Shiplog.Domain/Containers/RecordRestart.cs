using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>What a restart policy has come to, as the worker reports it.</summary>
public static class RecordRestart
{
    /// <summary>Recorded once for each try, after the end of the run before it.</summary>
    public static Decision Decide(RestartScheduledReport report, Container container) =>
        container.Status is ContainerStatus.Exited && report.Attempt > container.RestartCount
            ? Decision.Accept(new ContainerRestartScheduled(
                container.Id, report.Attempt, report.Reason, report.Delay.TotalMilliseconds, report.NextAt, report.At))
            : Decision.Nothing;

    /// <summary>Recorded once for each try that was scheduled.</summary>
    public static Decision Decide(ContainerRestartedReport report, Container container) =>
        container.Status is ContainerStatus.Restarting && report.Attempt == container.RestartCount
            ? Decision.Accept(new ContainerStarted(
                container.Id, container.StartCommandId ?? "", report.Pid, report.Runtime, report.Duration.TotalMilliseconds, report.At)
            {
                Attempt = report.Attempt,
            })
            : Decision.Nothing;

    /// <summary>Recorded while a try is scheduled; it is the outcome of a kill that is open.</summary>
    public static Decision Decide(RestartCancelledReport report, Container container, OpenCommand? command)
    {
        if (container.Status is not ContainerStatus.Restarting)
            return Decision.Nothing;
        var kill = command is { Kind: "KillContainer", Intent: ContainerKillRequested intent } && intent.ContainerId == container.Id;
        return Decision.Accept(new ContainerRestartCancelled(
            container.Id, kill ? command!.CommandId : null, report.Reason, report.Error, report.At));
    }
}
