using System.Collections.Concurrent;
using System.Threading.Channels;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>A container between two tries of its restart policy.</summary>
internal sealed class PendingRestart(ContainerPaths paths, ContainerRecord record)
{
    public ContainerPaths Paths => paths;

    /// <summary>As in the journal. Whoever changes it holds the container's turn.</summary>
    public ContainerRecord Record { get; set; } = record;
}

/// <summary>The containers that wait for their next try. Whoever takes one out holds its subject's turn.</summary>
internal sealed class RestartQueue(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (PendingRestart Pending, ITimer Timer)> _pending = new();
    private readonly Channel<PendingRestart> _due = Channel.CreateUnbounded<PendingRestart>();

    public PendingRestart? Find(string id) => _pending.TryGetValue(id, out var entry) ? entry.Pending : null;

    public void Add(PendingRestart pending)
    {
        var wait = pending.Record.Restart!.NextAt - time.GetUtcNow();
        Add(pending, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    /// <summary>What is due now is due again after this time.</summary>
    public void Delay(PendingRestart pending, TimeSpan wait)
    {
        if (TryRemove(pending))
            Add(pending, wait);
    }

    /// <summary>False where it had been taken out before.</summary>
    public bool TryRemove(PendingRestart pending)
    {
        if (Find(pending.Paths.Id) != pending || !_pending.TryRemove(pending.Paths.Id, out var entry))
            return false;
        entry.Timer.Dispose();
        return true;
    }

    /// <summary>Those that are due, as they become so.</summary>
    public IAsyncEnumerable<PendingRestart> DueAsync(CancellationToken cancellation) => _due.Reader.ReadAllAsync(cancellation);

    private void Add(PendingRestart pending, TimeSpan wait)
    {
        var timer = time.CreateTimer(_ => _due.Writer.TryWrite(pending), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pending[pending.Paths.Id] = (pending, timer);
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>Ends a restart policy's trying while it waits.</summary>
internal sealed class RestartCanceller(RestartQueue restarts, ContainerSteps steps, StepRunner runner, TimeProvider time)
{
    /// <summary>Takes down what was kept for the next try. Needs the container's turn.</summary>
    /// <param name="reason">By what order.</param>
    /// <param name="outcome">The order's own outcome, where this is not it.</param>
    public async Task<OrderResult> CancelAsync(PendingRestart pending, string reason, Report? outcome = null)
    {
        var (paths, record) = (pending.Paths, pending.Record);
        restarts.TryRemove(pending);
        // Noted before: a worker that dies in between makes again what it does not find.
        (record with { Bare = true }).Save(paths.State, durable: false);
        List<Report> reports =
        [
            .. await runner.UndoAsync(steps.AroundProgram(record.Order), paths, record.Order),
            new RestartCancelledReport(paths.Id, reason, null, time.GetUtcNow()),
        ];
        if (outcome is not null)
            reports.Add(outcome);
        return new OrderResult([.. reports], () => record.After(null).Save(paths.State, durable: false));
    }
}
