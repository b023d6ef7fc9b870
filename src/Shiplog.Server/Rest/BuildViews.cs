using System.Data.Common;
using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Builds, those that failed and those under way too.</summary>
internal sealed class BuildViews(StoreReader reader)
{
    private const int Most = 1000;

    private const string Steps =
        "select (data ->> 'step')::integer, data ->> 'stage', (data ->> 'line')::integer, data ->> 'instruction', data ->> 'imageId', " +
        "(data ->> 'cached')::boolean, data ->> 'reason', data ->> 'containerId', (data ->> 'startedAt')::timestamptz, (data ->> 'at')::timestamptz " +
        "from mt_events where stream_id = $1 and type = 'build_step_completed' order by version";

    /// <summary>Latest first, at most 1,000.</summary>
    public Task<List<BuildView>> ListAsync(CancellationToken cancellation) => ReadAsync("$1 = ''", "", cancellation);

    /// <summary><see langword="null"/> where there is none.</summary>
    public async Task<BuildDetailView?> FindAsync(string id, CancellationToken cancellation) =>
        await ReadAsync("stream_id = $1", Streams.Build(id), cancellation) is [var build]
            ? new BuildDetailView(build, [.. await reader.QueryAsync(Steps, Step, cancellation, Streams.Build(id))])
            : null;

    private Task<List<BuildView>> ReadAsync(string condition, string parameter, CancellationToken cancellation) => reader.QueryAsync(
        $"""
        with b as (select seq_id, stream_id, data, user_name from mt_events where type = 'image_build_requested' and {condition} order by seq_id desc limit {Most}),
        s as (
          select stream_id, count(*)::integer as steps, (count(*) filter (where (data ->> 'cached')::boolean))::integer as cached from mt_events
          where stream_id in (select stream_id from b) and type = 'build_step_completed' group by stream_id)
        select b.data ->> 'commandId', coalesce(replace(e.type, 'image_build_', ''), 'running'),
          array(select jsonb_array_elements_text(b.data -> 'references')), b.data ->> 'dockerfile', e.data ->> 'imageId',
          coalesce(s.steps, 0), coalesce(s.cached, 0), e.data ->> 'error', coalesce(b.user_name, ''), (b.data ->> 'at')::timestamptz, (e.data ->> 'at')::timestamptz
        from b
        left join s on s.stream_id = b.stream_id
        left join mt_events e on e.stream_id = b.stream_id and e.type in ('image_build_completed', 'image_build_failed')
        order by b.seq_id desc
        """,
        row => new BuildView(
            row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetString(3), Text(row, 4), row.GetInt32(5), row.GetInt32(6), Text(row, 7), row.GetString(8),
            row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10)),
        cancellation, parameter);

    private static BuildStepView Step(DbDataReader row)
    {
        var (began, ended) = (row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9));
        return new BuildStepView(
            row.GetInt32(0), row.GetString(1), row.GetInt32(2), row.GetString(3), Text(row, 4), row.GetBoolean(5), row.GetString(6), Text(row, 7), began,
            (ended - began).TotalMilliseconds);
    }

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
