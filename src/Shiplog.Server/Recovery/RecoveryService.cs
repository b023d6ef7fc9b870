using Shiplog.Domain.Hosts;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Recovery;

/// <summary>
/// Sees to it that every accepted command ends: at the start all that are open, then every half minute, and when a worker
/// comes up, those that this process is not waiting for already.
/// </summary>
internal sealed partial class RecoveryService(
    Startup startup, OpenCommands open, Redrive redrive, InFlight inFlight, IEventFeed feed, HostName host, TimeProvider time, ILogger<RecoveryService> log)
    : BackgroundService
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30), RetryAfter = TimeSpan.FromSeconds(1);

    // Between its intent and its order a command is on its way and not yet known as in flight.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _wake = new(0);
    private readonly Dictionary<string, Task> _driving = [];
    private bool _recorded, _away;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Normally the networks are there before the first client is; with PostgreSQL away the server answers all the same.
        await TryAsync(RecordStartAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var workers = feed.Subscribe(Streams.Host(host.Value), e =>
        {
            if (e is WorkerStarted)
                _wake.Release();
        });
        var youngest = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            var done = await TryAsync(RecordStartAsync, stoppingToken) && await TryAsync(c => SweepAsync(youngest, c), stoppingToken);
            if (done)
                youngest = OnItsWay;
            await WaitAsync(done ? SweepEvery : RetryAfter, stoppingToken);
        }
        await Task.WhenAll(_driving.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RecordStartAsync(CancellationToken cancellation)
    {
        if (_recorded)
            return;
        await startup.RecordAsync(cancellation);
        _recorded = true;
    }

    /// <param name="youngest">Leave commands alone that are younger.</param>
    private async Task SweepAsync(TimeSpan youngest, CancellationToken cancellation)
    {
        foreach (var (id, task) in _driving.ToArray())
        {
            if (task.IsCompleted)
                _driving.Remove(id);
        }
        foreach (var row in await open.ListAsync(cancellation))
        {
            if (!inFlight.Contains(row.CommandId) && !_driving.ContainsKey(row.CommandId) && time.GetUtcNow() - row.At >= youngest)
                _driving[row.CommandId] = TryAsync(c => redrive.DriveAsync(row, c), cancellation);
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken stopping)
    {
        try
        {
            using var timer = new CancellationTokenSource(longest, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
            await _wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look again, or to stop.
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> action, CancellationToken cancellation)
    {
        try
        {
            await action(cancellation);
            if (_away)
                LogStoreBack();
            _away = false;
            return true;
        }
        catch (StoreAwayException e)
        {
            if (!_away)
                LogStoreAway(e.Message);
            _away = true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // One command that cannot be driven must not keep the others from their outcomes.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
        return false;
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    [LoggerMessage(204, LogLevel.Warning, "recovery waits: {Reason}")]
    private partial void LogStoreAway(string reason);

    [LoggerMessage(206, LogLevel.Information, "the event store answers again")]
    private partial void LogStoreBack();

    [LoggerMessage(205, LogLevel.Error, "recovery failed and will be tried again")]
    private partial void LogFailed(Exception fault);
}
