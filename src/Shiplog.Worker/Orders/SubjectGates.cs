namespace Shiplog.Worker.Orders;

/// <summary>One at a time per subject (a container, an image), in the order of asking.</summary>
internal sealed class SubjectGates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Gate> _gates = [];

    /// <summary>Waits for its turn; disposing what it returns lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync(string subject, CancellationToken cancellation)
    {
        Gate? gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(subject, out gate))
                _gates[subject] = gate = new Gate(this, subject);
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellation);
        }
        catch
        {
            Leave(gate);
            throw;
        }

        return new Turn(gate);
    }

    private void Leave(Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users > 0)
                return;
            _gates.Remove(gate.Subject);
            gate.Semaphore.Dispose();
        }
    }

    private sealed class Gate(SubjectGates owner, string subject)
    {
        public string Subject => subject;

        public SubjectGates Owner => owner;

        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn(Gate gate) : IDisposable
    {
        private Gate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is not { } gate)
                return;
            gate.Semaphore.Release();
            gate.Owner.Leave(gate);
        }
    }
}
