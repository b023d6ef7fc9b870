using Marten;
using Npgsql;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.Engine;

namespace Shiplog.Server.Store;

internal sealed partial class EventLog
{
    /// <summary>The host's ports for a start, where it needs any, as leased by the transaction that appends the intent.</summary>
    /// <param name="busy">Ports that have been found to be other programs'.</param>
    private async Task<Decision> WithPortsAsync(
        IDocumentSession session, Container? container, Decision decision, IReadOnlyCollection<PublishPorts.Taken>? busy)
    {
        if (container is null || !PublishPorts.Wanted(container)
            || decision is not Decision.Accepted { Events: [ContainerStartRequested intent] } || PublishPorts.Over(intent) is null)
            return decision;
        var (first, last) = HostFacts.AnyPorts;
        return PublishPorts.Decide(intent, container, [.. busy ?? [], .. await HeldPortsAsync(session, container.Id)], first, last);
    }

    private async Task<List<PublishPorts.Taken>> HeldPortsAsync(IDocumentSession session, string exceptBy)
    {
        await using var command = new NpgsqlCommand(
            "select host(address), port, protocol from port_lease " +
            "where host = $1 and container_id <> $2 and coalesce(upper(during), 'infinity') > $3", session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = host.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = exceptBy });
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });
        var held = new List<PublishPorts.Taken>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            held.Add(new PublishPorts.Taken(rows.GetString(0), rows.GetInt32(1), rows.GetString(2)));
        return held;
    }
}
