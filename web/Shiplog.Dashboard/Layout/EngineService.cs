using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Layout;

/// <summary>
/// How the engine is. It is asked every few seconds while a page is open, since nothing announces that the store or the
/// worker has gone away.
/// </summary>
internal sealed class EngineService(RestClient rest, Ticker ticker) : IDisposable
{
    private const int AskEvery = 5;

    private readonly Lock _gate = new();
    private readonly List<Action> _watchers = [];
    private IDisposable? _ticks;
    private int _tick;
    private int _asking;

    /// <summary>The last answer.</summary>
    public StatusView? Status { get; private set; }

    /// <summary>Why there is no newer one.</summary>
    public RestException? Problem { get; private set; }

    /// <summary>What keeps pages from being true; <see langword="null"/> where nothing does.</summary>
    public RestFault? Fault => Problem?.Fault ?? (Status is { Store: false } ? RestFault.StoreAway : null);

    /// <summary>Calls back on any thread when <see cref="Status"/> or <see cref="Problem"/> changes, until disposed.</summary>
    public IDisposable Watch(Action onChange)
    {
        lock (_gate)
        {
            _watchers.Add(onChange);
            if (_ticks is null)
            {
                _tick = AskEvery - 1;
                _ticks = ticker.Subscribe(Tick);
            }
        }
        return new Watcher(() => Leave(onChange));
    }

    /// <summary>Asks now.</summary>
    public async Task AskAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _asking, 1) == 1)
            return;
        try
        {
            var (status, problem) = (Status, Problem);
            try
            {
                (Status, Problem) = (await rest.GetAsync<StatusView>("api/v1/status", cancellation), null);
            }
            catch (RestException e)
            {
                Problem = e;
            }
            if (Status != status || Problem?.Message != problem?.Message)
                Tell();
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _ticks?.Dispose();
    }

    private void Tick()
    {
        if (++_tick % AskEvery == 0)
            Asking = AskAsync(CancellationToken.None);
    }

    internal Task Asking { get; private set; } = Task.CompletedTask;

    private void Tell()
    {
        Action[] watchers;
        lock (_gate)
            watchers = [.. _watchers];
        foreach (var watcher in watchers)
            watcher();
    }

    private void Leave(Action watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
            if (_watchers.Count > 0)
                return;
            _ticks?.Dispose();
            _ticks = null;
        }
    }

    private sealed class Watcher(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
