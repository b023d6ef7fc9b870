using System.Collections.Concurrent;
using JasperFx.Events;

namespace Shiplog.Server.Store;

/// <summary>Tells this process of each commit, in their order, as soon as it has happened.</summary>
internal sealed partial class Commits(ILogger<Commits> log)
{
    /// <summary>Subscribes to all there is.</summary>
    public const string EveryStream = "*";

    private readonly ConcurrentDictionary<string, Subscription[]> _subscriptions = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next commit. Take it before reading: what is not in what was read will complete it.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Called by the writer alone, once for each transaction.</summary>
    public void Publish(IReadOnlyList<IEvent> events)
    {
        foreach (var e in events)
        {
            foreach (var subscription in _subscriptions.GetValueOrDefault(e.StreamKey!, []).Concat(_subscriptions.GetValueOrDefault(EveryStream, [])))
                Call(subscription, e);
        }
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public IDisposable Subscribe(string stream, Action<object> onEvent)
    {
        var subscription = new Subscription(this, stream, onEvent);
        _subscriptions.AddOrUpdate(stream, _ => [subscription], (_, others) => [.. others, subscription]);
        return subscription;
    }

    private void Call(Subscription subscription, IEvent e)
    {
        try
        {
            subscription.OnEvent(e.Data);
        }
#pragma warning disable CA1031 // The transaction has committed: one subscriber's fault must not reach the writer or the other subscribers.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogSubscriberFailed(fault, e.EventTypeName, e.StreamKey!);
        }
    }

    private void Remove(Subscription subscription)
    {
        while (_subscriptions.TryGetValue(subscription.Stream, out var present))
        {
            Subscription[] rest = [.. present.Where(s => s != subscription)];
            if (rest is []
                ? _subscriptions.TryRemove(new KeyValuePair<string, Subscription[]>(subscription.Stream, present))
                : _subscriptions.TryUpdate(subscription.Stream, rest, present))
                return;
        }
    }

    private sealed class Subscription(Commits owner, string stream, Action<object> onEvent) : IDisposable
    {
        public string Stream { get; } = stream;

        public Action<object> OnEvent { get; } = onEvent;

        public void Dispose() => owner.Remove(this);
    }

    [LoggerMessage(103, LogLevel.Error, "a subscriber failed on {Type} of {Stream}")]
    private partial void LogSubscriberFailed(Exception fault, string type, string stream);
}
