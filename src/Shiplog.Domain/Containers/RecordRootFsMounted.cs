using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Step 3 and its undo, as the worker reports them.</summary>
public static class RecordRootFsMounted
{
    /// <summary>Recorded once for each mount.</summary>
    public static Decision Decide(RootFsMountedReport report, Container container)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (container.RootFs is not null)
            return Decision.Nothing;
        return Decision.Accept(new RootFsMounted(
            container.Id, report.Driver, report.Layers, report.UpperPath, report.MergedPath, report.Duration.TotalMilliseconds, report.At));
    }

    /// <summary>Recorded once for each mount.</summary>
    public static Decision Decide(RootFsUnmountedReport report, Container container) =>
        container.RootFs is null ? Decision.Nothing : Decision.Accept(new RootFsUnmounted(container.Id, report.At));
}
