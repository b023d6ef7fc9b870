using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// Who writes files into a container by its read-write layer: one at a time, and nobody may mount that layer a second time, or
/// delete it, meanwhile.
/// </summary>
/// <remarks>
/// The turns are always taken in this order: among those who write, the container's, the layer's. Whoever has the container's
/// (a start, a removal) waits for the layer's, so whoever has the layer's must not wait for the container's.
/// </remarks>
internal sealed class FileWriters(SubjectGates gates)
{
    private readonly Dictionary<string, List<Action>> _breakOffs = [];

    /// <summary>Waits for its turn and opens the container's root; both until what it returns is disposed.</summary>
    /// <param name="open">Called with the container's turn.</param>
    /// <param name="breakOff">Makes the waiting or the writing end soon; called where the container is removed.</param>
    public async Task<Writing> BeginAsync(string containerId, Func<SafeFileHandle> open, Action breakOff, CancellationToken cancellation)
    {
        var turns = new Stack<IDisposable>();
        try
        {
            turns.Push(Announce(containerId, breakOff));
            turns.Push(await gates.EnterAsync("writers of " + containerId, cancellation));
            using (await gates.EnterAsync(containerId, cancellation))
            {
                turns.Push(await gates.EnterAsync(Layer(containerId), cancellation));
                return new Writing(open(), turns);
            }
        }
        catch
        {
            Leave(turns);
            throw;
        }
    }

    /// <summary>Waits until nobody writes. Needs the container's turn.</summary>
    public async Task WaitAsync(string containerId)
    {
        using (await gates.EnterAsync(Layer(containerId), CancellationToken.None))
        {
        }
    }

    /// <summary>Makes all who write, or wait to, break off, and waits until they have. Needs the container's turn.</summary>
    public Task StopAsync(string containerId)
    {
        Action[] breakOffs;
        lock (_breakOffs)
            breakOffs = [.. _breakOffs.GetValueOrDefault(containerId) ?? []];
        foreach (var breakOff in breakOffs)
            breakOff();
        return WaitAsync(containerId);
    }

    private static string Layer(string containerId) => "layer of " + containerId;

    private static void Leave(Stack<IDisposable> turns)
    {
        while (turns.TryPop(out var turn))
            turn.Dispose();
    }

    private Announcement Announce(string containerId, Action breakOff)
    {
        lock (_breakOffs)
        {
            if (!_breakOffs.TryGetValue(containerId, out var all))
                _breakOffs[containerId] = all = [];
            all.Add(breakOff);
        }
        return new Announcement(this, containerId, breakOff);
    }

    /// <summary>The turn of one who writes.</summary>
    public sealed class Writing(SafeFileHandle root, Stack<IDisposable> turns) : IDisposable
    {
        public SafeFileHandle Root => root;

        public void Dispose()
        {
            // First of all: the mount that it holds is of the very layer that somebody waits for.
            root.Dispose();
            Leave(turns);
        }
    }

    private sealed class Announcement(FileWriters writers, string containerId, Action breakOff) : IDisposable
    {
        public void Dispose()
        {
            lock (writers._breakOffs)
            {
                if (writers._breakOffs.TryGetValue(containerId, out var all) && all.Remove(breakOff) && all.Count == 0)
                    writers._breakOffs.Remove(containerId);
            }
        }
    }
}
