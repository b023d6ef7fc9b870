using Marten;
using Npgsql;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

internal sealed partial class EventLog
{
    public Task<Decision> DecideCreateAsync(
        string containerId, IReadOnlyCollection<string> volumes, Func<Container, IReadOnlyDictionary<string, Volume>, Decision> decide,
        CommandContext context, CancellationToken cancellation) =>
        DecideAsync(context, async session =>
        {
            var stream = Streams.Container(containerId);
            var container = await session.LoadStateAsync<Container>(stream);
            var states = new Dictionary<string, Volume>();
            foreach (var name in volumes)
            {
                if (await session.LoadStateAsync<Volume>(Streams.Volume(name)) is { } volume)
                    states[name] = volume;
            }
            var decision = decide(container ?? Container.Absent, states);
            if (decision is not Decision.Accepted accepted)
                return decision;
            object[] own = [.. accepted.Events.Where(e => e is not VolumeCreated)];
            if (own is not [])
                session.AppendTo(stream, container is null, own);
            foreach (var created in accepted.Events.OfType<VolumeCreated>())
                session.AppendTo(Streams.Volume(created.Name), !states.ContainsKey(created.Name), [created]);
            return decision;
        }, cancellation);

    public Task<Decision> DecideVolumeAsync(
        string name, Func<Volume, IReadOnlyList<string>, Decision> decide, CommandContext context, CancellationToken cancellation) =>
        DecideAsync(context, async session =>
        {
            var stream = Streams.Volume(name);
            var volume = await session.LoadStateAsync<Volume>(stream);
            var decision = decide(volume ?? Volume.Absent, await session.UsersOfVolumeAsync(name));
            if (decision is Decision.Accepted { Events: { Length: > 0 } events })
                session.AppendTo(stream, volume is null, events);
            return decision;
        }, cancellation);

    public async Task<Volume?> FindVolumeAsync(string name, CancellationToken cancellation) =>
        (await reader.DocumentsAsync<VolumeSnapshot>("select data from mt_doc_volume where id = $1", cancellation, Streams.Volume(name)))
        .Select(s => s.State).FirstOrDefault(v => v.Status is VolumeStatus.Present);

    public async Task<IReadOnlyList<Volume>> ListVolumesAsync(CancellationToken cancellation) =>
        [.. (await reader.DocumentsAsync<VolumeSnapshot>(
            "select data from mt_doc_volume where data -> 'state' ->> 'status' = 'Present' order by id", cancellation))
            .Select(s => s.State)];
}

/// <summary>Who mounts a volume, asked in the transaction that decides on it.</summary>
internal static class VolumeUsers
{
    /// <summary>Ids of the containers that mount it, running or not.</summary>
    public static async Task<IReadOnlyList<string>> UsersOfVolumeAsync(this IDocumentSession session, string name)
    {
        await using var command = new NpgsqlCommand(
            "select data -> 'state' ->> 'id' from mt_doc_container where not (data ->> 'removed')::boolean " +
            "and data -> 'state' -> 'mounts' @> jsonb_build_array(jsonb_build_object('type', 'volume', 'name', $1::text)) order by 1",
            session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        var users = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            users.Add(rows.GetString(0));
        return users;
    }
}
