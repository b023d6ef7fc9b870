using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Pages of the log.</summary>
internal sealed class EventViews(StoreReader reader)
{
    /// <summary>All events of one stream.</summary>
    public Task<List<EventView>> OfStreamAsync(string stream, CancellationToken cancellation) =>
        reader.QueryAsync($"{EventRows.Select} and stream_id = $1 order by version", EventRows.Read, cancellation, stream);

    /// <summary>Events after a sequence number, in order.</summary>
    /// <param name="type">Only of this stored name.</param>
    /// <param name="stream">Only of this stream, or of all that it is the beginning of where it ends in a slash.</param>
    public Task<List<EventView>> PageAsync(long after, int limit, string? type, string? stream, CancellationToken cancellation) => reader.QueryAsync(
        $"{EventRows.Select} and seq_id > $1 and ($2 = '' or type = $2) and ($3 = '' or stream_id = $3 or (right($3, 1) = '/' and starts_with(stream_id, $3))) " +
        "order by seq_id limit $4", EventRows.Read, cancellation, after, type ?? "", stream ?? "", limit);
}
