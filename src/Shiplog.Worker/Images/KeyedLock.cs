namespace Shiplog.Worker.Images;

/// <summary>A lock for each key; who comes second waits for the first.</summary>
internal sealed class KeyedLock
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Slot> _slots = [];

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellation)
    {
        Slot? slot;
        lock (_gate)
        {
            if (!_slots.TryGetValue(key, out slot))
                _slots[key] = slot = new Slot(this, key);
            slot.Users++;
        }
        try
        {
            await slot.Turn.WaitAsync(cancellation);
            return slot.Hold();
        }
        catch
        {
            Leave(slot);
            throw;
        }
    }

    private void Leave(Slot slot)
    {
        lock (_gate)
        {
            if (--slot.Users == 0)
                _slots.Remove(slot.Key);
        }
    }

    private sealed class Slot(KeyedLock owner, string key)
    {
        public string Key => key;

        public SemaphoreSlim Turn { get; } = new(1);

        public int Users { get; set; }

        public Holding Hold() => new(owner, this);
    }

    private sealed class Holding(KeyedLock owner, Slot slot) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (_left)
                return;
            _left = true;
            slot.Turn.Release();
            owner.Leave(slot);
        }
    }
}
