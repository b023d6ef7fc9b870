using Shiplog.Contracts.Views;

namespace Shiplog.Server.Store;

/// <summary>The log in its order, from any point on, with or without waiting for what comes next.</summary>
internal interface IEventFeed
{
    /// <summary>
    /// Events after a sequence number, in order, none left out; with <paramref name="follow"/> the enumeration waits for
    /// further ones, which arrive within milliseconds of their commit.
    /// </summary>
    /// <param name="stream">Only this stream.</param>
    /// <param name="since">Only what happened at or after.</param>
    /// <param name="until">Ends when the clock, or an event, has passed it.</param>
    IAsyncEnumerable<EventView> ReadAsync(
        long after, string? stream, DateTimeOffset? since, DateTimeOffset? until, bool follow, CancellationToken cancellation);

    /// <summary>The highest sequence number that is committed; 0 for an empty log.</summary>
    Task<long> LastSequenceAsync(CancellationToken cancellation);

    /// <summary>
    /// Calls back, in commit order, with each event just committed to the stream, in process and without a query. Subscribe
    /// first, then read the state, then wait: nothing is missed.
    /// </summary>
    IDisposable Subscribe(string stream, Action<object> onEvent);
}
