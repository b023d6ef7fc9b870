using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Shiplog.Worker.Images.Progress;

/// <summary>
/// Joins those who make progress with those who watch it, by command id. The watcher comes first, or soon after; lines are
/// kept for it up to a bound. One that leaves before the end has cancelled the work.
/// </summary>
internal sealed class ProgressHub
{
    private const int Remembered = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Feed> _feeds = [];
    private readonly Queue<string> _ended = new();

    /// <summary>Begins, or continues, the feed of a command. Dispose it at the end of the work.</summary>
    public ProgressFeed Write(string commandId) => new(this, commandId, Get(commandId));

    /// <summary>The lines of a command, from its first to its last.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync(string commandId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var feed = Get(commandId);
        var isComplete = false;
        try
        {
            await foreach (var line in feed.Lines.Reader.ReadAllAsync(cancellation))
                yield return line;
            isComplete = true;
        }
        finally
        {
            if (!isComplete)
                feed.Abandon();
            Drop(commandId, feed);
        }
    }

    private Feed Get(string commandId)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(commandId, out var feed))
                _feeds[commandId] = feed = new Feed();
            return feed;
        }
    }

    private void Drop(string commandId, Feed feed)
    {
        lock (_gate)
        {
            if (_feeds.GetValueOrDefault(commandId) == feed)
                _feeds.Remove(commandId);
        }
    }

    // A watcher may come when all is over; nobody may come at all.
    internal void End(string commandId, Feed feed)
    {
        feed.Lines.Writer.TryComplete();
        lock (_gate)
        {
            _ended.Enqueue(commandId);
            if (_ended.Count > Remembered)
                _feeds.Remove(_ended.Dequeue());
        }
    }

    [SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing, and either side may be the last to use it.")]
    internal sealed class Feed
    {
        private readonly CancellationTokenSource _abandoned = new();

        // The newest lines matter most; a watcher that does not read must not cost memory.
        public Channel<byte[]> Lines { get; } =
            Channel.CreateBounded<byte[]>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });

        public CancellationToken Abandoned => _abandoned.Token;

        public void Abandon() => _abandoned.Cancel();
    }
}

/// <summary>The writing end of a command's progress.</summary>
internal sealed class ProgressFeed(ProgressHub hub, string commandId, ProgressHub.Feed feed) : IProgressSink, IDisposable
{
    /// <summary>Cancelled when the watcher leaves before the end.</summary>
    public CancellationToken Abandoned => feed.Abandoned;

    public void Write(byte[] line) => feed.Lines.Writer.TryWrite(line);

    public void Dispose() => hub.End(commandId, feed);
}
