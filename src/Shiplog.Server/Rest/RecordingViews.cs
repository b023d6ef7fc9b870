using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>What was recorded of sessions and is sealed, of removed containers too.</summary>
internal sealed class RecordingViews(StoreReader reader)
{
    private const int Most = 1000;

    /// <summary>Latest first, at most 1,000.</summary>
    /// <param name="containerId">Only of this container.</param>
    public Task<List<RecordingView>> ListAsync(string? containerId, CancellationToken cancellation) => ReadAsync(
        "($1 = '' or stream_id = $1)", containerId is null ? "" : Streams.Container(containerId), cancellation);

    /// <summary><see langword="null"/> where there is none, or it is not sealed yet.</summary>
    public async Task<RecordingView?> FindAsync(string id, CancellationToken cancellation) =>
        (await ReadAsync("data ->> 'recordingId' = $1", id, cancellation)).FirstOrDefault();

    // Who began a session is written on the event that says that it is recorded; each stream is looked through once.
    private Task<List<RecordingView>> ReadAsync(string condition, string parameter, CancellationToken cancellation) => reader.QueryAsync(
        $"""
        with e as (select seq_id, stream_id, data from mt_events where type = 'session_recorded' and {condition} order by seq_id desc limit {Most}),
        b as materialized (
          select data -> 'recording' ->> 'id' as id, user_name, (data ->> 'at')::timestamptz as at from mt_events
          where stream_id in (select stream_id from e) and type in ('container_attached', 'exec_start_requested') and data -> 'recording' is not null)
        select e.data ->> 'recordingId', e.data ->> 'containerId', coalesce(c.data ->> 'name', ''), e.data ->> 'execId', e.data ->> 'mode',
          coalesce(b.user_name, ''), coalesce(b.at, (e.data ->> 'at')::timestamptz), (e.data ->> 'durationMs')::float8,
          (e.data ->> 'size')::bigint, e.data ->> 'digest', e.data ->> 'cut'
        from e
        left join b on b.id = e.data ->> 'recordingId'
        left join mt_doc_container c on c.id = e.stream_id
        order by e.seq_id desc
        """,
        row => new RecordingView(
            row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5),
            row.GetFieldValue<DateTimeOffset>(6), row.GetDouble(7), row.GetInt64(8), row.GetString(9), row.IsDBNull(10) ? null : row.GetString(10)),
        cancellation, parameter);
}
