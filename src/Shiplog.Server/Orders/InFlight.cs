using System.Collections.Concurrent;

namespace Shiplog.Server.Orders;

/// <summary>The commands whose outcome this process waits for: recovery leaves them alone.</summary>
internal sealed class InFlight
{
    private readonly ConcurrentDictionary<string, int> _commands = new();

    public bool Contains(string commandId) => _commands.ContainsKey(commandId);

    /// <summary>Until what it returns is disposed.</summary>
    public IDisposable Enter(string commandId)
    {
        _commands.AddOrUpdate(commandId, 1, static (_, n) => n + 1);
        return new Flight(this, commandId);
    }

    private sealed class Flight(InFlight owner, string commandId) : IDisposable
    {
        public void Dispose()
        {
            if (owner._commands.AddOrUpdate(commandId, 0, static (_, n) => n - 1) == 0)
                owner._commands.TryRemove(new KeyValuePair<string, int>(commandId, 0));
        }
    }
}
