using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Containers;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Events;

/// <summary>A stretch of the log, newest first.</summary>
/// <param name="Events">What the filter lets through.</param>
/// <param name="ReachedFrom">Everything from this sequence number on has been looked at; 1 where the log's start is reached.</param>
internal sealed record EventPage(IReadOnlyList<EventView> Events, long ReachedFrom)
{
    public bool IsStart => ReachedFrom <= 1;

    /// <summary>
    /// With what has just happened on top; what is on the page already is not put there twice. The far end is cut where a
    /// page that follows a busy log would grow without limit.
    /// </summary>
    public EventPage Prepend(IReadOnlyList<EventView> news, int longest = LongestPage)
    {
        var newest = Events.Count > 0 ? Events[0].Sequence : 0;
        EventView[] all = [.. news.Where(e => e.Sequence > newest), .. Events];
        return all.Length <= longest ? this with { Events = all } : new EventPage(all[..longest], all[longest - 1].Sequence);
    }

    private const int LongestPage = 300;
}

/// <summary>Reads the log backwards over an interface that gives it forwards.</summary>
internal sealed class EventsService(RestClient rest)
{
    public const int PageSize = 100;

    // What one request may return; a filter that lets little through makes several.
    private const int Window = 500;
    private const int LongestSearch = 10;

    /// <summary>The newest events before a sequence number that the filter lets through; all of the newest without one.</summary>
    /// <param name="size">How many at most.</param>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<EventPage> BeforeAsync(long? before, EventFilter filter, int size, CancellationToken cancellation)
    {
        var end = before ?? await rest.LastSequenceAsync(cancellation) + 1;
        var found = new List<EventView>();
        var window = filter.IsEmpty ? size : Window;
        for (var tries = 0; tries < LongestSearch && end > 1; tries++)
        {
            var after = Math.Max(0, end - 1 - window);
            var events = await rest.GetAsync<EventView[]>($"api/v1/events?after={after}&limit={window}", cancellation);
            found.AddRange(events.Where(e => e.Sequence < end && filter.Matches(e)).OrderByDescending(e => e.Sequence));
            end = after + 1;
            if (found.Count >= size)
                break;
        }
        if (found.Count <= size)
            return new EventPage(found, end);
        var page = found.GetRange(0, size);
        return new EventPage(page, page[^1].Sequence);
    }

    /// <summary>The event that last brought an image to the host before this sequence number; nothing for an image that never came.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<EventView?> ArrivalOfImageAsync(string imageId, long before, CancellationToken cancellation)
    {
        var stream = Uri.EscapeDataString("image/" + imageId);
        var events = await rest.GetAsync<EventView[]>($"api/v1/events?stream={stream}&limit=1000", cancellation);
        return events.LastOrDefault(e => e.Sequence < before && TimelineSteps.Number(e) == 1);
    }

    /// <summary>All of one object's events, oldest first.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<IReadOnlyList<EventView>> OfContainerAsync(string id, CancellationToken cancellation) =>
        await rest.GetAsync<EventView[]>($"api/v1/containers/{Uri.EscapeDataString(id)}/events", cancellation);
}
