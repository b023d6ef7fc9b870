using System.Runtime.ExceptionServices;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Does steps in order; when one fails, undoes it and those before it in reverse, past every error.</summary>
internal sealed class StepRunner(TimeProvider time)
{
    /// <returns>The facts, one per step that has one.</returns>
    /// <exception cref="OrderException">
    /// A step failed. It carries the facts of all that was done and undone, and the errors of undoing, in their order.
    /// </exception>
    public async Task<List<Report>> DoAsync(IReadOnlyList<IStep> steps, StartContext start, CancellationToken cancellation)
    {
        var reports = new List<Report>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (!steps[i].AppliesTo(start.Order))
                continue;
            try
            {
                if (await steps[i].DoAsync(start, cancellation) is { } fact)
                    reports.Add(fact);
            }
            catch (Exception e)
            {
                var failure = Explain(steps[i], e);
                reports.Add(new StepFailedReport(start.Container.Id, steps[i].Name, "do", failure.Error, time.GetUtcNow()));
                // The failed step first: it may have done half of its work. Its undo fact would undo a fact never stated.
                reports.AddRange(await UndoAsync([steps[i]], start.Container, start.Order, statesFacts: false));
                reports.AddRange(await UndoAsync([.. steps.Take(i)], start.Container, start.Order));
                if (e is OperationCanceledException)
                    ExceptionDispatchInfo.Throw(e);
                throw new OrderException(failure, [.. reports], e);
            }
        }

        return reports;
    }

    /// <summary>Undoes these steps, last first. Not cancellable: it is what makes cancelling safe.</summary>
    /// <returns>The undo facts, and a failure report for each step whose undo failed.</returns>
    public async Task<List<Report>> UndoAsync(
        IReadOnlyList<IStep> steps, ContainerPaths container, StartContainer order, bool statesFacts = true)
    {
        var reports = new List<Report>();
        foreach (var step in steps.Reverse().Where(s => s.AppliesTo(order)))
        {
            try
            {
                if (await step.UndoAsync(container, order, CancellationToken.None) is { } fact && statesFacts)
                    reports.Add(fact);
            }
            catch (Exception e)
            {
                reports.Add(new StepFailedReport(container.Id, step.Name, "undo", e.Message, time.GetUtcNow()));
            }
        }

        return reports;
    }

    private static OrderFailure Explain(IStep step, Exception e) => e switch
    {
        OrderException refused => refused.Failure with { Step = step.Name },
        OperationCanceledException => new OrderFailure(step.Name, FailureKind.Interrupted, "the start was interrupted", 128),
        FormatException or InvalidDataException => new OrderFailure(step.Name, FailureKind.Invalid, e.Message, 128),
        _ => new OrderFailure(step.Name, FailureKind.Internal, e.Message, 128),
    };
}
