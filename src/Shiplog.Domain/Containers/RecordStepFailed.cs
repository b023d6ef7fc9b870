using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>A step that failed, or whose undo did, as the worker reports it.</summary>
public static class RecordStepFailed
{
    /// <summary>Recorded once for each failure.</summary>
    public static Decision Decide(StepFailedReport report, Container container)
    {
        var failed = new StepFailed(container.Id, report.Step, report.Phase, report.Error, report.At);
        if (!container.Exists)
            return Decision.Nothing;
        if (failed == container.LastFailure)
            return Decision.Nothing;
        return Decision.Accept(failed);
    }
}
