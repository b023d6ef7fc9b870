namespace Shiplog.Dashboard.Shared;

/// <summary>One clock for all ages on all pages: it ticks each second while somebody looks, and not at all otherwise.</summary>
internal sealed class Ticker(TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private Action[] _listeners = [];
    private ITimer? _timer;

    /// <summary>Calls back each second, on any thread, until disposed.</summary>
    public IDisposable Subscribe(Action onTick)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, onTick];
            _timer ??= clock.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }
        return new Leaver(() => Remove(onTick));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Tick()
    {
        foreach (var listener in _listeners)
            listener();
    }

    private void Remove(Action listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(l => l != listener)];
            if (_listeners.Length > 0)
                return;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private sealed class Leaver(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
