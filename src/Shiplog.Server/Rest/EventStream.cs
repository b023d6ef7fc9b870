using System.Globalization;
using System.Text.Json;
using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>
/// The log as server-sent events (HTML Living Standard, section 9.2), from <c>Last-Event-ID</c> or <c>?after=</c> on, or
/// from now on where neither is given. The event's id is its sequence number, so a browser that reconnects misses nothing.
/// </summary>
internal static class EventStream
{
    // Shorter than the time after which proxies give up on a silent connection.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static async Task ServeAsync(HttpContext context, IEventFeed feed, TimeProvider time, long? after, string? stream)
    {
        var cancellation = context.RequestAborted;
        // Asked for in any case: with the store away this throws while the answer can still be a 503.
        var last = await feed.LastSequenceAsync(cancellation);
        var from = LastEventId(context) ?? after ?? last;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.WriteAsync(": shiplog\n\n", cancellation);
        await context.Response.Body.FlushAsync(cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var events = feed.ReadAsync(from, stream, null, null, follow: true, ended.Token).GetAsyncEnumerator(ended.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!await ArrivesAsync(next, time, cancellation))
                {
                    await context.Response.WriteAsync(":\n\n", cancellation);
                    await context.Response.Body.FlushAsync(cancellation);
                    continue;
                }
                if (!await next)
                    return;
                await WriteAsync(context.Response, events.Current, cancellation);
                next = events.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                    await context.Response.Body.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (StoreAwayException)
        {
            // The stream ends; the client comes again with the last id that it has.
        }
        finally
        {
            // An enumerator must not be disposed of while it is moving.
            await ended.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> ArrivesAsync(Task next, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            await next.WaitAsync(Heartbeat, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static Task WriteAsync(HttpResponse response, EventView e, CancellationToken cancellation) =>
        response.WriteAsync($"id: {e.Sequence}\nevent: {e.Type}\ndata: {JsonSerializer.Serialize(e, RestApi.Json)}\n\n", cancellation);

    private static long? LastEventId(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var id) ? id : null;
}
