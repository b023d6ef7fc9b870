using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>The step after step 5 and its undo, as the worker reports them. The ports were chosen before, by <see cref="Networks.PublishPorts"/>.</summary>
public static class RecordPortsPublished
{
    /// <summary>Recorded once for each time that they are.</summary>
    public static Decision Decide(PortsPublishedReport report, Container container)
    {
        if (!container.Exists || container.Ports is not [])
            return Decision.Nothing;
        return Decision.Accept(new PortsPublished(container.Id, Read(report.Ports), report.Duration.TotalMilliseconds, report.At));
    }

    /// <summary>Ends the leases, so it is recorded whether or not the ports ever were published.</summary>
    public static Decision Decide(PortsUnpublishedReport report, Container container) => container.LeasedPorts is []
        ? Decision.Nothing
        : Decision.Accept(new PortsUnpublished(container.Id, Read(report.Ports), report.Kept, report.At));

    private static PublishedPort[] Read(PortMapping[] ports) =>
        [.. ports.Select(p => new PublishedPort(p.HostIp, p.HostPort, p.ContainerPort, p.Protocol))];
}
