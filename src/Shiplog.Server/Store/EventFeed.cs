using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Shiplog.Contracts.Views;

namespace Shiplog.Server.Store;

/// <summary>
/// The log in its order. The order of numbers is the order of commits (<see cref="Pen"/>), so asking for what is greater
/// than the last number seen leaves nothing out.
/// </summary>
internal sealed class EventFeed(StoreReader reader, Commits commits, TimeProvider time) : IEventFeed
{
    private const int PageSize = 500;

    // A fact is recorded after it happened, but clocks of hosts differ.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<EventView> ReadAsync(
        long after, string? stream, DateTimeOffset? since, DateTimeOffset? until, bool follow,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = after;
        var begun = false;
        while (true)
        {
            var next = commits.Next;
            var page = await PageAsync(last, stream, since, begun && follow, cancellation);
            begun = true;
            foreach (var e in page)
            {
                last = e.Sequence;
                if (until is { } end && e.At > end)
                {
                    if (e.RecordedAt > end + ClockTolerance)
                        yield break;
                    continue;
                }
                yield return e;
            }
            if (page.Count == PageSize)
                continue;
            if (!follow || !await WaitAsync(next, until, cancellation))
                yield break;
        }
    }

    public async Task<long> LastSequenceAsync(CancellationToken cancellation) =>
        (await reader.QueryAsync("select coalesce(max(seq_id), 0) from mt_events", r => r.GetInt64(0), cancellation))[0];

    public IDisposable Subscribe(string stream, Action<object> onEvent) => commits.Subscribe(stream, onEvent);

    /// <summary>False when the end is reached before another commit.</summary>
    private async Task<bool> WaitAsync(Task next, DateTimeOffset? until, CancellationToken cancellation)
    {
        if (until is not { } end)
        {
            await next.WaitAsync(cancellation);
            return true;
        }
        var left = end - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return false;
        try
        {
            // Timers take at most 49 days; then look again.
            await next.WaitAsync(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), time, cancellation);
        }
        catch (TimeoutException) when (end - time.GetUtcNow() <= TimeSpan.Zero)
        {
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
        return true;
    }

    /// <summary>A follower that has begun to read outlives an absence of PostgreSQL.</summary>
    private async Task<List<EventView>> PageAsync(
        long after, string? stream, DateTimeOffset? since, bool patient, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await reader.QueryAsync(Sql(stream, since), Row, cancellation, Parameters(after, stream, since));
            }
            catch (StoreAwayException) when (patient)
            {
                await Task.Delay(Retry, time, cancellation);
            }
        }
    }

    private static string Sql(string? stream, DateTimeOffset? since) =>
        $"{EventRows.Select} and seq_id > $1" +
        (stream is null ? "" : " and stream_id = $2") +
        (since is null ? "" : stream is null
            ? " and timestamp >= $2 and (data ->> 'at')::timestamptz >= $3"
            : " and timestamp >= $3 and (data ->> 'at')::timestamptz >= $4") +
        $" order by seq_id limit {PageSize}";

    private static object?[] Parameters(long after, string? stream, DateTimeOffset? since) =>
        [after, .. stream is null ? Array.Empty<object?>() : [stream],
            .. since is { } s ? new object?[] { (s - ClockTolerance).ToUniversalTime(), s.ToUniversalTime() } : []];

    private static EventView Row(DbDataReader row) => EventRows.Read(row);
}

/// <summary>
/// Rows of <c>mt_events</c> as REST gives them. Marten fills the numbers of a rolled-back transaction with tombstones, by
/// another connection and at any later time; nothing happened there, and nobody is told of them.
/// </summary>
internal static class EventRows
{
    public const string Select =
        "select seq_id, stream_id, version, type, (data ->> 'at')::timestamptz, timestamp, coalesce(user_name, ''), " +
        "coalesce(headers ->> 'cause', ''), correlation_id, causation_id, coalesce(headers ->> 'host', ''), data::text from mt_events " +
        "where type <> 'tombstone'";

    public static EventView Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetString(6), row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8),
        row.IsDBNull(9) ? null : row.GetString(9), row.GetString(10), JsonSerializer.Deserialize<JsonElement>(row.GetString(11)));
}
