using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Step 7, as the worker reports it.</summary>
public static class RecordExited
{
    // As a shell gives for a status it could not learn.
    private const int LostExitCode = 255;

    /// <summary>Recorded once for each run of the program.</summary>
    public static Decision Decide(ContainerExitedReport report, Container container)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (container.Pid == 0)
            return Decision.Nothing;
        // The worker reports their ends first. Where it has lost one (a reboot), nothing of it runs on all the same.
        var lost = container.Execs.Where(e => e.Status == ExecStatus.Running)
            .Select(e => new ExecExited(container.Id, e.Id, LostExitCode, report.At));
        return Decision.Accept(
            [.. lost, new ContainerExited(container.Id, report.ExitCode, report.OomKilled, report.Logs, report.At)]);
    }
}
