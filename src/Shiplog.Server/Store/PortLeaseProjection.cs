using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;

namespace Shiplog.Server.Store;

/// <summary>
/// Rows of <c>port_lease</c>, one per lease, open-ended while it is held. Written in the appending transaction, as
/// <see cref="IpLeaseProjection"/>: no two containers can have one port of a host at a time.
/// </summary>
internal sealed class PortLeaseProjection : EventProjection
{
    private const string Close =
        $"update {MartenSetup.Schema}.port_lease set released_reason = ?, " +
        "during = tstzrange(lower(during), greatest(lower(during) + interval '1 microsecond', ?)) where upper_inf(during) and ";

    public PortLeaseProjection()
    {
        Name = "PortLeases";
        IncludeType<ContainerStartRequested>();
        IncludeType<ContainerCommandFailed>();
        IncludeType<ContainerRestartCancelled>();
        IncludeType<PortsUnpublished>();
        IncludeType<ContainerRemoved>();
        Options.DeleteDataInTableOnTeardown($"{MartenSetup.Schema}.port_lease");
    }

    public override ValueTask ApplyAsync(IDocumentOperations operations, IEvent e, CancellationToken cancellation)
    {
        switch (e.Data)
        {
            case ContainerStartRequested { Ports: { } ports } start:
                operations.QueueSqlCommand(Close + "container_id = ?", "superseded", start.At, start.ContainerId);
                foreach (var port in ports)
                    Open(operations, e.Header("host"), start, port);
                break;
            case PortsUnpublished { Kept: false } released:
                operations.QueueSqlCommand(Close + "container_id = ?", "released", released.At, released.ContainerId);
                break;
            case ContainerCommandFailed { Command: "StartContainer" } failed:
                operations.QueueSqlCommand(Close + "command_id = ?", "start failed", failed.At, failed.CommandId);
                break;
            case ContainerRestartCancelled cancelled:
                operations.QueueSqlCommand(Close + "container_id = ?", "restart cancelled", cancelled.At, cancelled.ContainerId);
                break;
            case ContainerRemoved removed:
                operations.QueueSqlCommand(Close + "container_id = ?", "container removed", removed.At, removed.ContainerId);
                break;
        }
        return ValueTask.CompletedTask;
    }

    private static void Open(IDocumentOperations operations, string host, ContainerStartRequested start, PublishedPort port) =>
        operations.QueueSqlCommand(
            $"insert into {MartenSetup.Schema}.port_lease (host, address, port, protocol, container_id, container_port, command_id, during) " +
            "values (?, ?::inet, ?, ?, ?, ?, ?, tstzrange(?, null))",
            // The network of all addresses overlaps each of them.
            host, port.HostIp is PublishPorts.AnyAddress ? "0.0.0.0/0" : port.HostIp, port.HostPort, port.Protocol, start.ContainerId, port.ContainerPort,
            start.CommandId, start.At);
}
