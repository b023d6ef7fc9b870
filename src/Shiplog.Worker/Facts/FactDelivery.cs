using System.Collections.Concurrent;
using System.Threading.Channels;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Facts;

/// <summary>
/// Takes facts to the server: on disk first, then sent, and sent again until acknowledged. Batches of one lane keep their
/// order; lanes do not wait for each other, so one batch that the server cannot take holds up one container only.
/// </summary>
internal sealed class FactDelivery(FactSpool spool, IReports reports, ILogger<FactDelivery> logger) : BackgroundService
{
    private const int RememberedOutcomes = 10_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly ConcurrentDictionary<string, (OrderOutcome Outcome, Task<OrderOutcome> Delivered)> _outcomes = new();
    private readonly Queue<string> _outcomeOrder = new();
    private readonly Channel<Lane> _woken = Channel.CreateUnbounded<Lane>();
    private TaskCompletionSource _serverAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// The outcome of a command that this worker has carried out, in this life or an earlier one; completes when the server
    /// has it. <see langword="null"/> for a command not known.
    /// </summary>
    public Task<OrderOutcome>? Remembered(string commandId) =>
        _outcomes.TryGetValue(commandId, out var known) ? known.Delivered : null;

    /// <summary>As <see cref="Remembered"/>, whether the server has it or not yet.</summary>
    public OrderOutcome? OutcomeOf(string commandId) => _outcomes.TryGetValue(commandId, out var known) ? known.Outcome : null;

    /// <summary>
    /// Puts the batch on disk (when this returns, it is) and sends it until the server has it; the task ends then.
    /// </summary>
    /// <param name="lane">Whoever reports in one lane takes turns: the order on disk is the order of delivery.</param>
    /// <param name="ends">The run of a container that the batch ends.</param>
    /// <param name="begins">The run of a container that it begins, where that is no order's outcome.</param>
    /// <param name="spooled">Called when the batch is on disk, before anybody is told.</param>
    public Task Report(
        string lane, string? commandId, string? cause, Report[] facts, OrderOutcome? outcome, string? ends = null,
        Action? spooled = null, string? begins = null)
    {
        var line = spool.Append(lane, commandId, cause, facts, outcome, ends, begins);
        spooled?.Invoke();
        lock (_gate)
            return Enqueue(line);
    }

    /// <summary>
    /// Takes up what earlier lives of the worker left unacknowledged, and remembers their outcomes. Returns the runs of
    /// containers that they have reported.
    /// </summary>
    public EarlierRuns TakeUpEarlier()
    {
        var runs = new EarlierRuns();
        lock (_gate)
        {
            foreach (var (line, acknowledged) in spool.TakeEarlier())
            {
                if (line.Ends is { } ends)
                    runs.Ended[ends] = line.Batch;
                if (line.Begins is { } begins)
                    runs.Begun.Add(begins);
                if (!acknowledged)
                    _ = Enqueue(line);
                else if (line.Outcome is { } outcome)
                    Remember(outcome, Task.CompletedTask);
            }
        }

        return runs;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        await foreach (var lane in _woken.Reader.ReadAllAsync(stoppingToken))
        {
            running.RemoveAll(t => t.IsCompleted);
            running.Add(DrainAsync(lane, stoppingToken));
        }

        await Task.WhenAll(running);
    }

    private Task Enqueue(SpoolLine line)
    {
        var delivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_lanes.TryGetValue(line.Lane, out var lane))
        {
            _lanes[line.Lane] = lane = new Lane(line.Lane);
            _woken.Writer.TryWrite(lane);
        }

        lane.Waiting.Enqueue((line, delivered));
        if (line.Outcome is { } outcome)
            Remember(outcome, delivered.Task);
        return delivered.Task;
    }

    private void Remember(OrderOutcome outcome, Task delivered)
    {
        _outcomes[outcome.CommandId] = (outcome, AfterAsync(outcome, delivered));
        _outcomeOrder.Enqueue(outcome.CommandId);
        while (_outcomeOrder.Count > RememberedOutcomes)
            _outcomes.TryRemove(_outcomeOrder.Dequeue(), out _);
    }

    private static async Task<OrderOutcome> AfterAsync(OrderOutcome outcome, Task delivered)
    {
        await delivered;
        return outcome;
    }

    private async Task DrainAsync(Lane lane, CancellationToken stopping)
    {
        while (true)
        {
            (SpoolLine Line, TaskCompletionSource Delivered) next;
            lock (_gate)
            {
                if (!lane.Waiting.TryPeek(out next))
                {
                    _lanes.Remove(lane.Name);
                    return;
                }
            }

            await DeliverAsync(next.Line.Batch, stopping);
            NoteAcknowledged(next.Line.Batch);
            lock (_gate)
                lane.Waiting.Dequeue();
            next.Delivered.SetResult();
        }
    }

    private void NoteAcknowledged(ReportBatch batch)
    {
        try
        {
            spool.Acknowledge(batch);
        }
        catch (IOException e)
        {
            // The server has it; without the note it is only sent once more after a restart.
            logger.NotNoted(batch.Number, batch.Epoch, e.Message);
        }
    }

    private async Task DeliverAsync(ReportBatch batch, CancellationToken stopping)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answered = Volatile.Read(ref _serverAnswered).Task;
            try
            {
                await reports.SendAsync(batch, stopping);
                Interlocked.Exchange(ref _serverAnswered, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                logger.NotDelivered(batch.Number, batch.Epoch, pause.TotalMilliseconds, e.Message);
            }

            // A server that takes another lane's batch is back: no use in waiting out the pause.
            await Task.WhenAny(answered, Task.Delay(pause, stopping));
            stopping.ThrowIfCancellationRequested();
        }
    }

    private sealed class Lane(string name)
    {
        public string Name => name;

        public Queue<(SpoolLine, TaskCompletionSource)> Waiting { get; } = new();
    }
}

/// <summary>Runs of containers that earlier lives of the worker have reported.</summary>
internal sealed class EarlierRuns
{
    /// <summary>What was reported of each run's end.</summary>
    public Dictionary<string, ReportBatch> Ended { get; } = [];

    /// <summary>Those that the restart policy began.</summary>
    public HashSet<string> Begun { get; } = [];
}
