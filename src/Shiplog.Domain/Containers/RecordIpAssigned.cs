using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Step 5 and its undo, as the worker reports them. The address was chosen before, by <see cref="Networks.AssignIp"/>.</summary>
public static class RecordIpAssigned
{
    /// <summary>Recorded once for each lease.</summary>
    public static Decision Decide(IpAssignedReport report, Container container)
    {
        if (!container.Exists)
            return Decision.Nothing;
        if (container.PlaceIn(report.NetworkId) is not { Assigned: false } place || place.Endpoint.Address != report.Address)
            return Decision.Nothing;
        return Decision.Accept(new IpAssigned(
            container.Id, report.NetworkId, report.Address, report.PrefixLength, report.Gateway, report.Duration.TotalMilliseconds,
            report.At));
    }

    /// <summary>Ends the lease, so it is recorded whether or not the address ever reached the interface.</summary>
    public static Decision Decide(IpReleasedReport report, Container container) => container.PlaceIn(report.NetworkId)?.Endpoint.Address != report.Address
        ? Decision.Nothing
        : Decision.Accept(new IpReleased(container.Id, report.NetworkId, report.Address, report.At));
}
