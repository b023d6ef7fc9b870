using System.Collections.Concurrent;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;

namespace Shiplog.Worker.Orders;

/// <summary>
/// What every order has in common: it runs once per command id, also when it arrives twice or again after a restart; its
/// reports, or its failure, are on disk and acknowledged by the server before it is answered.
/// </summary>
public sealed class OrderRunner
{
    /// <summary>Returned by work whose outcome somebody else has reported under the order's command id.</summary>
    internal static readonly Report[] ReportedElsewhere = [];

    private readonly ConcurrentDictionary<string, Lazy<Task<OrderOutcome>>> _running = new();
    private readonly FactDelivery _facts;
    private readonly TimeProvider _time;
    private readonly ILogger<OrderRunner> _logger;
    private readonly CancellationToken _stopping;

    internal OrderRunner(FactDelivery facts, TimeProvider time, ILogger<OrderRunner> logger, CancellationToken stopping)
    {
        _facts = facts;
        _time = time;
        _logger = logger;
        _stopping = stopping;
    }

    /// <summary>Runs the work, reports what came of it and answers when the server has recorded that.</summary>
    /// <param name="subject">The container id, image id or reference that the order is about; orders the delivery.</param>
    /// <param name="work">
    /// Returns the reports, outcome last; throws <see cref="OrderException"/> to refuse. Its token is cancelled when the
    /// worker stops: an order so interrupted is not reported, the server drives it again.
    /// </param>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    internal Task<OrderOutcome> RunAsync(
        Order order, string subject, Func<CancellationToken, Task<Report[]>> work, CancellationToken cancellation)
    {
        // A second copy of an order under way waits for the first: Lazy starts the work exactly once.
        var run = _running.GetOrAdd(
            order.CommandId, static (_, state) => new Lazy<Task<OrderOutcome>>(state), () => RunOnceAsync(order, subject, work));
        return run.Value.WaitAsync(cancellation);
    }

    private async Task<OrderOutcome> RunOnceAsync(Order order, string subject, Func<CancellationToken, Task<Report[]>> work)
    {
        try
        {
            if (_facts.Remembered(order.CommandId) is { } earlier)
                return await earlier;

            Report[] reports;
            OrderFailure? failure = null;
            try
            {
                reports = await work(_stopping);
            }
            catch (Exception e) when (!(e is OperationCanceledException && _stopping.IsCancellationRequested))
            {
                (failure, var before) = Explain(order, e);
                reports = [.. before, new OrderFailedReport(subject, failure, _time.GetUtcNow())];
            }

            if (ReferenceEquals(reports, ReportedElsewhere))
            {
                return await (_facts.Remembered(order.CommandId)
                    ?? throw new InvalidOperationException($"nobody reported an outcome for command {order.CommandId}"));
            }

            var outcome = new OrderOutcome(order.CommandId, failure);
            await _facts.ReportAsync(subject, order.CommandId, null, reports, outcome);
            return outcome;
        }
        finally
        {
            _running.TryRemove(order.CommandId, out _);
        }
    }

    private (OrderFailure Failure, Report[] Before) Explain(Order order, Exception e)
    {
        if (e is OrderException refused)
        {
            _logger.OrderRefused(order.GetType().Name, order.CommandId, refused.Failure.Step, refused.Failure.Error);
            return (refused.Failure, refused.Reports);
        }

        _logger.OrderBroke(e, order.GetType().Name, order.CommandId);
        var kind = e is OperationCanceledException ? FailureKind.Interrupted : FailureKind.Internal;
        return (new OrderFailure(order.GetType().Name, kind, e.Message), []);
    }
}
