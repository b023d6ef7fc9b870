using System.Collections.Concurrent;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;

namespace Shiplog.Worker.Orders;

/// <summary>What an order brought about.</summary>
/// <param name="Reports">Its facts, the outcome last.</param>
/// <param name="Spooled">Called when they are on disk, before anybody else may touch the subject.</param>
/// <param name="Queued">
/// Called thereafter: what is reported from then on comes after them. It is given the task that ends when the server has them.
/// </param>
/// <param name="Ends">The start of an exec that they also end.</param>
internal sealed record OrderResult(Report[] Reports, Action? Spooled = null, Action<Task>? Queued = null, string? Ends = null)
{
    /// <summary>Somebody else has reported the outcome under the order's command id.</summary>
    public static readonly OrderResult ReportedElsewhere = new([]);
}

/// <summary>
/// What every order has in common: it runs once per command id, also when it arrives twice or again after a restart; one
/// at a time per subject; its reports, or its failure, are on disk and acknowledged by the server before it is answered.
/// </summary>
public sealed class OrderRunner
{
    private readonly ConcurrentDictionary<string, Lazy<Task<OrderOutcome>>> _running = new();
    private readonly FactDelivery _facts;
    private readonly SubjectGates _gates;
    private readonly TimeProvider _time;
    private readonly ILogger<OrderRunner> _logger;
    private readonly CancellationToken _stopping;

    internal OrderRunner(
        FactDelivery facts, SubjectGates gates, TimeProvider time, ILogger<OrderRunner> logger, CancellationToken stopping)
    {
        _facts = facts;
        _gates = gates;
        _time = time;
        _logger = logger;
        _stopping = stopping;
    }

    /// <summary>Runs the work, reports what came of it and answers when the server has recorded that.</summary>
    /// <param name="subject">
    /// The container id, image id or reference that the order is about. Work on one subject does not overlap, and its
    /// reports are delivered in the order they were made.
    /// </param>
    /// <param name="work">
    /// Returns the reports, outcome last; throws <see cref="OrderException"/> to refuse. Its token is cancelled when the
    /// worker stops: an order so interrupted is not reported, the server drives it again.
    /// </param>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    internal Task<OrderOutcome> RunAsync(
        Order order, string subject, Func<CancellationToken, Task<Report[]>> work, CancellationToken cancellation) =>
        RunAsync(order, subject, async stopping => new OrderResult(await work(stopping)), cancellation);

    /// <inheritdoc cref="RunAsync(Order, string, Func{CancellationToken, Task{Report[]}}, CancellationToken)"/>
    internal Task<OrderOutcome> RunAsync(
        Order order, string subject, Func<CancellationToken, Task<OrderResult>> work, CancellationToken cancellation) =>
        OnceAsync(order, async () =>
        {
            using (await _gates.EnterAsync(subject, _stopping))
                return await WorkAndSpoolAsync(order, subject, work);
        }, cancellation);

    /// <summary>
    /// As <see cref="RunAsync(Order, string, Func{CancellationToken, Task{OrderResult}}, CancellationToken)"/>, for work that
    /// waits for others on its subject and enters <see cref="SubjectGates"/> itself for as long as it must.
    /// </summary>
    internal Task<OrderOutcome> RunUnguardedAsync(
        Order order, string subject, Func<CancellationToken, Task<OrderResult>> work, CancellationToken cancellation) =>
        OnceAsync(order, () => WorkAndSpoolAsync(order, subject, work), cancellation);

    private Task<OrderOutcome> OnceAsync(Order order, Func<Task<Task<OrderOutcome>>> run, CancellationToken cancellation)
    {
        // A second copy of an order under way waits for the first: Lazy starts the work exactly once.
        var once = _running.GetOrAdd(
            order.CommandId, static (id, state) => new Lazy<Task<OrderOutcome>>(() => state.Self.RunOnceAsync(id, state.run)),
            (Self: this, run));
        return once.Value.WaitAsync(cancellation);
    }

    private async Task<OrderOutcome> RunOnceAsync(string commandId, Func<Task<Task<OrderOutcome>>> run)
    {
        try
        {
            // Two awaits: the gate is open again while the server records.
            return await (_facts.Remembered(commandId) ?? await run());
        }
        finally
        {
            _running.TryRemove(commandId, out _);
        }
    }

    private async Task<Task<OrderOutcome>> WorkAndSpoolAsync(
        Order order, string subject, Func<CancellationToken, Task<OrderResult>> work)
    {
        OrderResult result;
        OrderFailure? failure = null;
        try
        {
            result = await work(_stopping);
        }
        catch (Exception e) when (!(e is OperationCanceledException && _stopping.IsCancellationRequested))
        {
            (failure, var before) = Explain(order, e);
            result = new OrderResult([.. before, new OrderFailedReport(subject, failure, _time.GetUtcNow())]);
        }

        if (ReferenceEquals(result, OrderResult.ReportedElsewhere))
        {
            return _facts.Remembered(order.CommandId)
                ?? throw new InvalidOperationException($"nobody reported an outcome for command {order.CommandId}");
        }

        var outcome = new OrderOutcome(order.CommandId, failure);
        // What is waited for is the outcome as remembered, which completes with the delivery.
        var delivered = _facts.Report(subject, order.CommandId, null, result.Reports, outcome, result.Ends, result.Spooled);
        result.Queued?.Invoke(delivered);
        return _facts.Remembered(order.CommandId)!;
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
