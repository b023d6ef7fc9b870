using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Shared;

/// <summary>
/// The one connection of this process to the live log. It opens with the first page, serves all of them, and closes after
/// the last; after a fault it goes on where it was, by <c>Last-Event-ID</c>.
/// </summary>
internal sealed partial class LiveEvents(RestClient rest, TimeProvider clock, ILogger<LiveEvents> log) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<LiveSubscription> _subscriptions = [];
    private CancellationTokenSource? _running;
    private bool _disposed;

    /// <summary><see langword="true"/> while events flow.</summary>
    public bool IsLive { get; private set; }

    /// <summary>Why they do not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Raised on any thread when <see cref="IsLive"/> or <see cref="Fault"/> changes.</summary>
    public event Action? Changed;

    /// <summary>Begins to listen. Subscribe first, then read, and nothing is missed.</summary>
    public LiveSubscription Subscribe()
    {
        lock (_gate)
        {
            var subscription = new LiveSubscription(Leave);
            _subscriptions.Add(subscription);
            if (_running is null && !_disposed)
            {
                _running = new CancellationTokenSource();
                Completion = RunAsync(_running.Token);
            }
            return subscription;
        }
    }

    /// <summary>Ends when the connection has closed for good.</summary>
    internal Task Completion { get; private set; } = Task.CompletedTask;

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Stop();
        }
    }

    private void Leave(LiveSubscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Remove(subscription) && _subscriptions.Count == 0)
                Stop();
        }
    }

    private void Stop()
    {
        _running?.Cancel();
        _running?.Dispose();
        _running = null;
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        // Off the first page's thread: it is about to render.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        long? last = null;
        var pause = TimeSpan.FromMilliseconds(250);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                last ??= await rest.LastSequenceAsync(cancellation);
                using var response = await rest.OpenStreamAsync(last.Value, cancellation);
                Tell(true, null, cancellation);
                Publish(null);
                pause = TimeSpan.FromMilliseconds(250);
                await foreach (var e in ReadAsync(response, cancellation))
                {
                    last = e.Sequence;
                    Publish(e);
                }
                Tell(false, "the server closed the live log; connecting again", cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is RestException or IOException or HttpRequestException or JsonException)
            {
                LiveLogLost(e.Message);
                Tell(false, e.Message, cancellation);
            }
#pragma warning disable CA1031 // A bug; but pages that are no longer told anything would go on saying that they are live.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LiveLogBroke(e);
                Tell(false, e.Message, cancellation);
            }
            await Task.Delay(pause, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static async IAsyncEnumerable<EventView> ReadAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(body, (_, data) => JsonSerializer.Deserialize(data, RestJson.Default.EventView)).EnumerateAsync(cancellation))
            if (item.Data is { } e)
                yield return e;
    }

    private void Tell(bool live, string? fault, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || (IsLive == live && Fault == fault))
            return;
        (IsLive, Fault) = (live, fault);
        Changed?.Invoke();
    }

    private void Publish(EventView? e)
    {
        lock (_gate)
            foreach (var subscription in _subscriptions)
                subscription.Write(e);
    }

    [LoggerMessage(4001, LogLevel.Debug, "live log lost: {Reason}")]
    private partial void LiveLogLost(string reason);

    [LoggerMessage(4002, LogLevel.Error, "the live log broke; connecting again")]
    private partial void LiveLogBroke(Exception fault);
}

/// <summary>One page's share of the live log.</summary>
internal sealed class LiveSubscription : IDisposable
{
    private const int Capacity = 1000;

    private readonly Action<LiveSubscription> _leave;
    private readonly Channel<EventView?> _events;
    private volatile bool _lost;

    public LiveSubscription(Action<LiveSubscription> leave)
    {
        _leave = leave;
        _events = Channel.CreateBounded<EventView?>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => _lost = true);
    }

    /// <summary>Waits for at least one event; <see langword="false"/> after <see cref="Dispose"/>.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _events.Reader.WaitToReadAsync(cancellation);

    /// <summary>
    /// What has come since the last call. <see langword="null"/> where the page has to read everything anew: the connection
    /// was made afresh, or the page was slower than the log.
    /// </summary>
    public IReadOnlyList<EventView>? Take()
    {
        var taken = new List<EventView>();
        var afresh = _lost;
        _lost = false;
        while (_events.Reader.TryRead(out var e))
        {
            if (e is null)
                afresh = true;
            else
                taken.Add(e);
        }
        return afresh ? null : taken;
    }

    public void Write(EventView? e) => _events.Writer.TryWrite(e);

    public void Dispose()
    {
        _leave(this);
        _events.Writer.TryComplete();
    }
}
