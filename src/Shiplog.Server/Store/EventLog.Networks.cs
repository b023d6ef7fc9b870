using Marten;
using Npgsql;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;

namespace Shiplog.Server.Store;

internal sealed partial class EventLog
{
    public Task<Decision> DecideCreateNetworkAsync(
        string networkId, Func<IReadOnlyList<Network>, Decision> decide, CommandContext context, CancellationToken cancellation) =>
        DecideAsync(context, async session =>
        {
            // There is one writer: what is read here is what the new network joins.
            var decision = decide(await ListNetworksAsync(cancellation));
            if (decision is Decision.Accepted { Events: { Length: > 0 } events })
                session.AppendTo(Streams.Network(networkId), isNew: true, events);
            return decision;
        }, cancellation);

    public Task<Decision> DecideNetworkAsync(
        string networkId, Func<Network, IReadOnlyList<string>, Decision> decide, CommandContext context, CancellationToken cancellation) =>
        DecideAsync(context, async session =>
        {
            var stream = Streams.Network(networkId);
            var network = await session.LoadStateAsync<Network>(stream);
            var decision = decide(network ?? Network.Absent, await session.UsersOfNetworkAsync(networkId));
            if (decision is Decision.Accepted { Events: { Length: > 0 } events })
                session.AppendTo(stream, network is null, events);
            return decision;
        }, cancellation);

    public async Task<Decision> DecideConnectAsync(
        string containerId, NetworkAttachment wanted, Func<Container, Network, NetworkEndpoint?, Decision> decide, CommandContext context,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await DecideAsync(context, session => ConnectAsync(session, containerId, wanted, decide), cancellation);
            }
            catch (Exception e) when (StoreFailures.Violated(e) == "ip_lease_once" && attempt < 5)
            {
                // As for a start: choose again.
                continue;
            }
        }
    }

    private async Task<Decision> ConnectAsync(
        IDocumentSession session, string containerId, NetworkAttachment wanted, Func<Container, Network, NetworkEndpoint?, Decision> decide)
    {
        var stream = Streams.Container(containerId);
        var container = await session.LoadStateAsync<Container>(stream) ?? Container.Absent;
        var network = await session.LoadStateAsync<Network>(Streams.Network(wanted.NetworkId)) ?? Network.Absent;
        // First without an address: what is refused anyway is refused also where no address is free.
        var decision = decide(container, network, null);
        if (decision is Decision.Accepted { Events.Length: > 0 } && container.HasProcess)
        {
            var endpoint = await ChooseAsync(session, network, containerId, wanted, container.Places.Select(p => p.Endpoint));
            decision = decide(container, network, endpoint);
        }
        if (decision is Decision.Accepted { Events: { Length: > 0 } events })
            session.AppendTo(stream, isNew: false, events);
        return decision;
    }
}

/// <summary>Who is in a network, asked in the transaction that decides on it.</summary>
internal static class NetworkUsers
{
    /// <summary>Ids of the containers that have a place in it, or are about to.</summary>
    public static async Task<IReadOnlyList<string>> UsersOfNetworkAsync(this IDocumentSession session, string networkId)
    {
        await using var command = new NpgsqlCommand(
            "select data -> 'state' ->> 'id' from mt_doc_container where not (data ->> 'removed')::boolean " +
            "and data -> 'state' -> 'places' @> jsonb_build_array(jsonb_build_object('endpoint', jsonb_build_object('networkId', $1::text))) order by 1",
            session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = networkId });
        var users = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            users.Add(rows.GetString(0));
        return users;
    }
}
