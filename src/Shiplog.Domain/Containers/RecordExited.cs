using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Step 7, as the worker reports it.</summary>
public static class RecordExited
{
    /// <summary>Recorded once for each run of the program.</summary>
    public static Decision Decide(ContainerExitedReport report, Container container)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (container.Pid == 0)
            return Decision.Nothing;
        return Decision.Accept(new ContainerExited(container.Id, report.ExitCode, report.OomKilled, report.Logs, report.At));
    }
}
