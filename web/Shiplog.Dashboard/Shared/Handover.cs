using System.Diagnostics.CodeAnalysis;

namespace Shiplog.Dashboard.Shared;

/// <summary>
/// Carries what the server rendered into a page's first answer to the circuit that takes the page over a moment later, so
/// that the page does not blink. A few entries, for a few seconds.
/// </summary>
internal sealed class Handover(TimeProvider clock)
{
    private const int Capacity = 8;
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<(string Address, object State, DateTimeOffset At)> _states = new();

    public void Put(string address, object state)
    {
        lock (_gate)
        {
            _states.Enqueue((address, state, clock.GetUtcNow()));
            while (_states.Count > Capacity)
                _states.Dequeue();
        }
    }

    public bool TryGet(string address, [NotNullWhen(true)] out object? state)
    {
        lock (_gate)
        {
            while (_states.TryPeek(out var oldest) && clock.GetUtcNow() - oldest.At > Keep)
                _states.Dequeue();
            state = _states.LastOrDefault(s => s.Address == address).State;
            return state is not null;
        }
    }
}
