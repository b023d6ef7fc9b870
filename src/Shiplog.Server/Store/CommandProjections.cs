using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;

namespace Shiplog.Server.Store;

/// <summary>
/// Rows of <c>open_command</c>: the accepted commands without an outcome, with all that is needed to drive them again.
/// Written in the appending transaction.
/// </summary>
internal sealed class OpenCommandProjection : EventProjection
{
    public OpenCommandProjection()
    {
        Name = "OpenCommands";
        foreach (var type in EventNames.All.Keys.Where(t => t.GetProperty("CommandId") is not null))
            IncludeType(type);
        Options.DeleteDataInTableOnTeardown($"{MartenSetup.Schema}.open_command");
    }

    public override ValueTask ApplyAsync(IDocumentOperations operations, IEvent e, CancellationToken cancellation)
    {
        if (CommandLife.Opens(e.Data) is { } opened)
        {
            operations.QueueSqlCommand(
                $"insert into {MartenSetup.Schema}.open_command (command_id, kind, stream, event_id, actor, cause, correlation, host, at) " +
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                opened.CommandId, opened.Kind, e.StreamKey!, e.Id, e.UserName ?? "", e.Header("cause"), e.CorrelationId ?? "",
                e.Header("host"), e.Timestamp);
        }
        if (CommandLife.Closes(e.Data) is { } closed)
        {
            operations.QueueSqlCommand(
                $"delete from {MartenSetup.Schema}.open_command where command_id = ? and kind = ?", closed.CommandId, closed.Kind);
        }
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// Rows of <c>ip_lease</c>, one per lease, open-ended while it is held. Written in the appending transaction, so that the
/// table's exclusion constraint decides who gets an address: a start that loses the race appends nothing.
/// </summary>
internal sealed class IpLeaseProjection : EventProjection
{
    // Clocks differ between hosts, and an empty range would forget when the lease began.
    private const string Close =
        $"update {MartenSetup.Schema}.ip_lease set released_reason = ?, " +
        "during = tstzrange(lower(during), greatest(lower(during) + interval '1 microsecond', ?)) ";

    public IpLeaseProjection()
    {
        Name = "IpLeases";
        IncludeType<ContainerStartRequested>();
        IncludeType<ContainerConnectRequested>();
        IncludeType<ContainerCommandFailed>();
        IncludeType<ContainerRestartCancelled>();
        IncludeType<IpReleased>();
        IncludeType<ContainerRemoved>();
        Options.DeleteDataInTableOnTeardown($"{MartenSetup.Schema}.ip_lease");
    }

    public override ValueTask ApplyAsync(IDocumentOperations operations, IEvent e, CancellationToken cancellation)
    {
        switch (e.Data)
        {
            case ContainerStartRequested { Endpoint: { } endpoint } start:
                operations.QueueSqlCommand(
                    Close + "where container_id = ? and upper_inf(during)", "superseded", start.At, start.ContainerId);
                Lease(operations, endpoint, start.ContainerId, start.CommandId, start.At);
                foreach (var further in start.Further ?? [])
                    Lease(operations, further, start.ContainerId, start.CommandId, start.At);
                break;
            case ContainerConnectRequested connect:
                Lease(operations, connect.Endpoint, connect.ContainerId, connect.CommandId, connect.At);
                break;
            case IpReleased released:
                operations.QueueSqlCommand(
                    Close + "where container_id = ? and network_id = ? and address = ?::inet and upper_inf(during)",
                    "released", released.At, released.ContainerId, released.NetworkId, released.Address);
                break;
            case ContainerCommandFailed { Command: "StartContainer" or "ConnectNetwork" } failed:
                operations.QueueSqlCommand(
                    Close + "where command_id = ? and upper_inf(during)", failed.Command is "StartContainer" ? "start failed" : "connect failed",
                    failed.At, failed.CommandId);
                break;
            case ContainerRestartCancelled cancelled:
                operations.QueueSqlCommand(
                    Close + "where container_id = ? and upper_inf(during)", "restart cancelled", cancelled.At, cancelled.ContainerId);
                break;
            case ContainerRemoved removed:
                operations.QueueSqlCommand(
                    Close + "where container_id = ? and upper_inf(during)", "container removed", removed.At, removed.ContainerId);
                break;
        }
        return ValueTask.CompletedTask;
    }

    private static void Lease(IDocumentOperations operations, NetworkEndpoint endpoint, string containerId, string commandId, DateTimeOffset at) =>
        operations.QueueSqlCommand(
            $"insert into {MartenSetup.Schema}.ip_lease (network_id, address, container_id, command_id, mac_address, during) " +
            "values (?, ?::inet, ?, ?, ?, tstzrange(?, null))",
            endpoint.NetworkId, endpoint.Address, containerId, commandId, endpoint.MacAddress, at);
}
