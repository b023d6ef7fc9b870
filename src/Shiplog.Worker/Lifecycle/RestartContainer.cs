using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// Runs ended programs again when their restart policy says so. Root, network and address were kept: only the program's own
/// step is done again, and nobody need be asked for anything.
/// </summary>
internal sealed class ContainerRestarter(
    RestartQueue restarts, Containers containers, ExitWatch exits, ContainerSteps steps, StepRunner runner, SubjectGates gates, FactDelivery facts,
    TimeProvider time, ILogger<ContainerRestarter> logger) : BackgroundService
{
    private const string Cause = "restart-policy";

    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseForAnother = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var under = new List<Task>();
        await foreach (var pending in restarts.DueAsync(stoppingToken))
        {
            under.RemoveAll(t => t.IsCompleted);
            under.Add(TryAsync(pending));
        }
    }

    private async Task TryAsync(PendingRestart pending)
    {
        try
        {
            using var turn = await gates.EnterAsync(pending.Paths.Id, CancellationToken.None);
            // Called off while it waited for its turn.
            if (restarts.Find(pending.Paths.Id) != pending)
                return;
            // Whoever shares a container's namespaces comes after it: a reboot ends both, and they wait in any order.
            if (Donors(pending.Record.Order).Any(IsToRunAgain))
                restarts.Delay(pending, PauseForAnother);
            else
                await RestartAsync(pending);
        }
        catch (Exception e)
        {
            // A full disk, at worst: the try is made again from its beginning.
            logger.RestartBroke(e, pending.Paths.Id, PauseAfterError.TotalSeconds);
            restarts.Delay(pending, PauseAfterError);
        }
    }

    private static IEnumerable<string> Donors(StartContainer order) =>
        ((string?[])[order.NetworkOf, order.Namespaces?.PidOf, order.Namespaces?.IpcOf]).OfType<string>();

    /// <summary>It waits for its own next try, or has ended in this moment and may be about to.</summary>
    private bool IsToRunAgain(string id) => restarts.Find(id) is not null || (containers.Find(id) is { } run && !run.Process.Signal(0));

    private async Task RestartAsync(PendingRestart pending)
    {
        var (paths, order) = (pending.Paths, pending.Record.Order);
        var attempt = pending.Record.Restart!.Attempt;
        using var start = new StartContext(paths, order) { Record = pending.Record with { BootId = ContainerRecord.CurrentBoot } };
        Report[] reports;
        try
        {
            var done = await runner.DoAsync(pending.Record.Bare ? steps.InOrder(order) : steps.Program, start, CancellationToken.None);
            reports = [.. done.Select(r => r is ContainerStartedReport s ? Again(s, attempt) : r)];
        }
        catch (OrderException e)
        {
            logger.RestartFailed(paths.Id, attempt, e.Failure.Error);
            await GiveUpAsync(pending, e);
            return;
        }

        try
        {
            _ = facts.Report(paths.Id, null, pending.Record.Unhealthy ? "health" : Cause, reports, null, begins: start.Record.RunId, spooled: () =>
            {
                restarts.TryRemove(pending);
                exits.GoOn(paths, start.Record with { Bare = false, Unhealthy = false });
            });
        }
        catch (IOException) when (restarts.Find(paths.Id) == pending)
        {
            // Nobody will ever be told of this run.
            await runner.UndoAsync(steps.Program, paths, order, statesFacts: false);
            throw;
        }
    }

    private static ContainerRestartedReport Again(ContainerStartedReport started, int attempt) =>
        new(started.ContainerId, attempt, started.Pid, started.Runtime, started.Duration, started.At);

    // As Docker: a program that cannot be started at all is not tried again.
    private async Task GiveUpAsync(PendingRestart pending, OrderException e)
    {
        var (paths, record) = (pending.Paths, pending.Record);
        Report[] reports =
        [
            .. e.Reports, .. await runner.UndoAsync(steps.AroundProgram(record.Order), paths, record.Order),
            new RestartCancelledReport(paths.Id, "start failed", e.Failure.Error, time.GetUtcNow()),
        ];
        _ = facts.Report(paths.Id, null, Cause, reports, null, spooled: () =>
        {
            restarts.TryRemove(pending);
            record.After(null).Save(paths.State, durable: false);
        });
    }
}
