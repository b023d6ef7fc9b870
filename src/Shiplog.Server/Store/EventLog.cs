using Marten;
using Npgsql;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;

namespace Shiplog.Server.Store;

/// <summary>Reads a state, lets a decision judge it, appends what it accepts. The reading side is in the other file.</summary>
internal sealed partial class EventLog(Pen pen, StoreReader reader, HostName host, TimeProvider time) : IEventLog, IVolumeLog, INetworkLog
{
    private const string NulCharacter = "a NUL character cannot be stored; leave it out";

    public Task<Decision> DecideAsync<TState>(
        string stream, Func<TState, Decision> decide, CommandContext context, CancellationToken cancellation) where TState : class =>
        DecideAsync(context, async session =>
        {
            var state = await session.LoadStateAsync<TState>(stream);
            var decision = decide(state ?? States.Absent<TState>());
            if (decision is Decision.Accepted { Events: { Length: > 0 } events })
                session.AppendTo(stream, state is null, events);
            return decision;
        }, cancellation);

    /// <summary>What the store itself refuses, a constraint or a character, is a refusal as any other.</summary>
    private async Task<Decision> DecideAsync(
        CommandContext context, Func<IDocumentSession, Task<Decision>> decide, CancellationToken cancellation)
    {
        var wanted = "";
        try
        {
            return await pen.WriteAsync(context, host.Value, async writing =>
            {
                var decision = await decide(writing.Session);
                if (decision is Decision.Accepted { Events: { Length: > 0 } events })
                    wanted = events.Select(e => (e as ContainerCreated)?.Name ?? (e as ContainerRenamed)?.Name).FirstOrDefault() ?? "";
                return decision;
            }, cancellation);
        }
        catch (Exception e) when (StoreFailures.Violated(e) == "container_name_in_use")
        {
            return await NameInUseAsync(wanted);
        }
        catch (Exception e) when (StoreFailures.Refused(e) is { SqlState: PostgresErrorCodes.UntranslatableCharacter })
        {
            return Decision.Refuse(RefusalKind.Invalid, NulCharacter);
        }
    }

    public Task AppendAsync(IReadOnlyList<(string Stream, object Event)> events, CommandContext context, CancellationToken cancellation) =>
        pen.WriteAsync(context, host.Value, async writing =>
        {
            await writing.Session.AppendAllAsync(events);
            return true;
        }, cancellation);

    public async Task<Decision> DecideStartAsync(
        string containerId, Network? bridge, Func<Container, IReadOnlyList<NetworkEndpoint>, Decision> decide, CommandContext context,
        CancellationToken cancellation, IReadOnlyCollection<PublishPorts.Taken>? busy = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await pen.WriteAsync(context, host.Value, writing => StartAsync(writing.Session, containerId, bridge, decide, busy), cancellation);
            }
            catch (Exception e) when (StoreFailures.Violated(e) is "ip_lease_once" or "port_lease_once" && attempt < 5)
            {
                // Somebody holds the address, or a port, by the table that the projection's query did not show: choose again.
                continue;
            }
        }
    }

    private async Task<Decision> StartAsync(
        IDocumentSession session, string containerId, Network? bridge, Func<Container, IReadOnlyList<NetworkEndpoint>, Decision> decide,
        IReadOnlyCollection<PublishPorts.Taken>? busy)
    {
        var stream = Streams.Container(containerId);
        var container = await session.LoadStateAsync<Container>(stream);
        // A container that is not in the network starts also when the network is full.
        var endpoints = new List<NetworkEndpoint>();
        foreach (var wanted in container is { HasProcess: false } ? container.NetworksOf(bridge) : [])
        {
            var network = wanted.NetworkId == bridge?.Id ? bridge : await session.LoadStateAsync<Network>(Streams.Network(wanted.NetworkId));
            if (network is not { Status: NetworkStatus.Present })
                return RemoveNetwork.NotFound(wanted.NetworkName);
            endpoints.Add(await ChooseAsync(session, network, containerId, wanted, endpoints));
        }
        var decision = await WithPortsAsync(session, container, decide(container ?? Container.Absent, endpoints), busy);
        decision = await WithLinksAsync(session, container, await InNetworkOfAsync(session, container, decision));
        if (decision is Decision.Accepted { Events: { Length: > 0 } events })
            session.AppendTo(stream, container is null, events);
        return decision;
    }

    /// <summary>A start in another container's network, judged by that container's state in the same transaction.</summary>
    private static async Task<Decision> InNetworkOfAsync(IDocumentSession session, Container? container, Decision decision) =>
        container is not null && JoinNetwork.HostOf(container) is { } host && decision is Decision.Accepted { Events: [ContainerStartRequested intent] }
            ? JoinNetwork.Decide(intent, container, await session.LoadStateAsync<Container>(Streams.Container(host)) ?? Container.Absent)
            : decision;

    /// <summary>What a start tells of linked containers, by their states in the same transaction.</summary>
    private static async Task<Decision> WithLinksAsync(IDocumentSession session, Container? container, Decision decision)
    {
        if (container?.Host?.Links is not { } links || decision is not Decision.Accepted { Events: [ContainerStartRequested intent] })
            return decision;
        var linked = new Dictionary<string, Container>();
        foreach (var id in links.Select(l => l.Split(':')[0]).Distinct())
            linked[id] = await session.LoadStateAsync<Container>(Streams.Container(id)) ?? Container.Absent;
        return LinkContainers.Decide(intent, container, linked);
    }

    /// <param name="present">The container's places in other networks.</param>
    private async Task<NetworkEndpoint> ChooseAsync(
        IDocumentSession session, Network network, string containerId, NetworkAttachment wanted, IEnumerable<NetworkEndpoint> present)
    {
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(
            "select host(address), coalesce(upper(during), 'infinity') from ip_lease " +
            "where network_id = $1 and coalesce(upper(during), 'infinity') > $2", session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = network.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = now - AssignIp.Quarantine });
        var leases = new List<AssignIp.Lease>();
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
                leases.Add(new AssignIp.Lease(rows.GetString(0), await rows.GetFieldValueAsync<DateTimeOffset>(1)));
        }
        return AssignIp.Choose(network, containerId, wanted, AssignIp.FreeInterface(present), leases, now)
            ?? throw (wanted.Address is null
                ? new NoFreeAddressException($"no available IPv4 addresses on this network's address pools: {network.Name} ({network.Id})")
                : new AddressInUseException($"Address already in use: {wanted.Address} in network {network.Name}"));
    }

    /// <summary>Another container got the name between the client's question and the index's answer.</summary>
    private async Task<Decision> NameInUseAsync(string name)
    {
        var owner = await FindContainerAsync(name, CancellationToken.None);
        return Decision.Refuse(
            RefusalKind.Conflict, $"Conflict. The container name \"/{name}\" is already in use by container \"{owner?.Id}\". " +
            "You have to remove (or rename) that container to be able to reuse that name.");
    }
}

/// <summary>The host that this process runs on.</summary>
internal sealed record HostName(string Value);
