using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Step 4 and its undo, as the worker reports them.</summary>
public static class RecordBridgeAttached
{
    /// <summary>Recorded once for each interface.</summary>
    public static Decision Decide(BridgeAttachedReport report, Container container)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (container.HasInterfaceIn(report.NetworkId))
            return Decision.Nothing;
        return Decision.Accept(new BridgeAttached(
            container.Id, report.NetworkId, report.Bridge, report.HostInterface, report.ContainerInterface, report.MacAddress,
            report.NetworkNamespace, report.Duration.TotalMilliseconds, report.At));
    }

    /// <summary>Recorded once for each interface.</summary>
    public static Decision Decide(BridgeDetachedReport report, Container container) => !container.HasInterfaceIn(report.NetworkId)
        ? Decision.Nothing
        : Decision.Accept(new BridgeDetached(container.Id, report.NetworkId, report.HostInterface, report.At));
}
