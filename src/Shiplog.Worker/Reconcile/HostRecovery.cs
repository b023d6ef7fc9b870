using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;
using Shiplog.Worker.Recordings;
using Shiplog.Worker.Streams;
using Shiplog.Worker.Volumes;

namespace Shiplog.Worker.Reconcile;

/// <summary>
/// Takes up, before the first order, what an earlier life of the worker left: containers that run on are watched again,
/// those that ended meanwhile are reported, half-done starts are undone, and what no journal explains is removed.
/// </summary>
internal sealed class HostRecovery(
    Instance instance, FactDelivery facts, ExitWatch exits, RestartQueue restarts, ContainerSteps steps, StepRunner runner,
    Containers containers, ContainerFiles files, Sessions sessions, VolumeStore volumes, PublishPortsStep ports, Firewall firewall, Bridges bridges, NameServer names,
    ExecRecovery execs, SessionRecordings recordings, HostFacts host, Leftovers leftovers,
    TimeProvider time, ILogger<HostRecovery> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(ContainerPaths.Root(instance), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(ContainerPaths.NetworkNamespaces(instance));
        Directory.CreateDirectory(ContainerPaths.Bundles(instance));
        Directory.CreateDirectory(ContainerPaths.MountRoot(instance));
        Directory.CreateDirectory(VolumePaths.Root(instance));
        InitLayer.Make(ContainerPaths.InitLayer(instance));
        exits.Open();
        var reported = facts.TakeUpEarlier();
        _ = facts.Report(HostFacts.Lane, null, "worker-start", [await host.StartedAsync(cancellationToken)], null);

        recordings.TakeUp(reported);
        TakeUpShared();
        var unheld = TakeUpNetworks();
        await names.TakeUpAsync(Directory.GetDirectories(ContainerPaths.Root(instance))
            .Select(folder => TryLoad(new ContainerPaths(instance, Path.GetFileName(folder)))).OfType<ContainerRecord>()
            .Where(record => record is { Phase: not RunPhase.Ended, IsOfThisBoot: true }).Select(record => record.Order).ToArray());
        var explained = new HashSet<string>();
        foreach (var folder in Directory.GetDirectories(ContainerPaths.Root(instance)))
        {
            if (await TakeUpAsync(new ContainerPaths(instance, Path.GetFileName(folder)), reported))
                explained.Add(Path.GetFileName(folder));
        }

        var (found, repaired) = await leftovers.RemoveAsync(explained);
        var wrong = await firewall.RecoverAsync(cancellationToken);
        (found, repaired) = ([.. found, .. unheld, .. wrong], [.. repaired, .. wrong.Select(w => $"{w}: put right")]);
        if (found.Length > 0)
            _ = facts.Report(HostFacts.Lane, null, "reconcile", [new HostReconciledReport(found, repaired, time.GetUtcNow())], null);
        logger.Recovered(explained.Count, found.Length);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before anything is undone: what one container lets go of another may still have.</summary>
    private void TakeUpShared()
    {
        foreach (var folder in Directory.GetDirectories(ContainerPaths.Root(instance)))
        {
            var paths = new ContainerPaths(instance, Path.GetFileName(folder));
            if (TryLoad(paths) is not { Phase: not RunPhase.Ended } record)
                continue;
            foreach (var volume in record.Order.Mounts?.Select(m => m.Volume).OfType<VolumeSource>() ?? [])
                volumes.TakeUp(paths.Id, volume.Name);
            if (record.Order.NetworkOf is not null)
                containers.AddGuest(paths.Id);
        }
    }

    /// <summary>Before anything is undone, which takes out of the firewall what it was told here.</summary>
    /// <returns>Ports that are published, and that another program has taken meanwhile.</returns>
    private List<string> TakeUpNetworks()
    {
        var unheld = new List<string>();
        foreach (var network in bridges.Present)
            firewall.TakeUp(network);
        foreach (var folder in Directory.GetDirectories(ContainerPaths.Root(instance)))
        {
            var paths = new ContainerPaths(instance, Path.GetFileName(folder));
            if (TryLoad(paths) is not { Phase: not RunPhase.Ended, IsOfThisBoot: true, Bare: false, Order: { Ports: { } published } })
                continue;
            firewall.TakeUp(paths.Id, published);
            if (ports.TakeUp(paths.Id, published) is { } fault)
                unheld.Add($"published port of container {paths.Id}: {fault}");
        }
        return unheld;
    }

    private ContainerRecord? TryLoad(ContainerPaths paths)
    {
        try
        {
            return ContainerRecord.Load(paths.State);
        }
        catch (InvalidDataException e)
        {
            // Its read-write layer may be all that somebody has: kept, and said.
            logger.JournalUnreadable(paths.Id, e.Message);
            return null;
        }
    }

    /// <returns>Whether it runs, or has ended and its end is about to be reported.</returns>
    private async Task<bool> TakeUpAsync(ContainerPaths paths, EarlierRuns reported)
    {
        var record = TryLoad(paths);
        if (record is null or { Phase: RunPhase.Ended })
            return false;
        // The outcome may have been spooled in the moment before the journal was to say so.
        if (record.Phase == RunPhase.Starting && facts.OutcomeOf(record.Order.CommandId) is not { Failure: null })
        {
            await UndoStartAsync(paths, record);
            return false;
        }

        if (reported.Ended.TryGetValue(record.RunId, out var end))
        {
            if (end.Reports.OfType<RestartScheduledReport>().LastOrDefault() is not { } scheduled)
            {
                await FinishEndAsync(paths, record);
                return false;
            }

            record = record.After(RestartProgress.Of(scheduled));
        }

        if (record.Phase == RunPhase.Restarting && !reported.Begun.Contains(record.RunId))
        {
            await TakeUpRestartAsync(paths, record);
            return true;
        }

        record = record with { Phase = RunPhase.Running };
        record.Save(paths.State, durable: false);
        sessions.For(paths.Id).Made(paths.Bundle, closesInput: record.Order.Process is { StdinOnce: true, Tty: false });
        await execs.TakeUpAsync(paths, reported);
        exits.Watch(new Run(paths, record, Process(record)));
        return true;
    }

    private async Task TakeUpRestartAsync(ContainerPaths paths, ContainerRecord record)
    {
        // The last life may have been in the middle of the try.
        await runner.UndoAsync(steps.Program, paths, record.Order, statesFacts: false);
        if (!record.IsOfThisBoot || record.Bare)
        {
            var gone = await runner.UndoAsync(steps.AroundProgram(record.Order), paths, record.Order);
            record = record with { BootId = ContainerRecord.CurrentBoot, Bare = true };
            _ = facts.Report(paths.Id, null, "reconcile", [.. ExitWatch.Kept(gone)], null);
        }

        record.Save(paths.State, durable: false);
        restarts.Add(new PendingRestart(paths, record));
        logger.RestartTakenUp(paths.Id, record.Restart!.Attempt);
    }

    private static PidHandle Process(ContainerRecord record) =>
        (record.BootId == ContainerRecord.CurrentBoot ? PidHandle.Open(record.Pid, record.PidTicks) : null) ?? PidHandle.Gone(record.Pid);

    private async Task UndoStartAsync(ContainerPaths paths, ContainerRecord record)
    {
        var order = record.Order;
        var undone = await runner.UndoAsync(steps.InOrder(order), paths, order, statesFacts: false);
        (record with { Phase = RunPhase.Ended }).Save(paths.State, durable: false);
        if (facts.OutcomeOf(order.CommandId) is not null)
            return;
        var failure = new OrderFailure("StartContainer", FailureKind.Interrupted, "the worker was restarted while the container was being started", 128);
        _ = facts.Report(
            paths.Id, order.CommandId, null, [.. undone, new OrderFailedReport(paths.Id, failure, time.GetUtcNow())],
            new OrderOutcome(order.CommandId, failure));
        logger.StartUndone(paths.Id);
    }

    // Reported by the last life, which did not come to clearing up behind it.
    private async Task FinishEndAsync(ContainerPaths paths, ContainerRecord record)
    {
        await runner.UndoAsync(steps.InOrder(record.Order), paths, record.Order, statesFacts: false);
        if (record.Order.AutoRemove)
        {
            files.DeleteButJournal(paths);
            Directory.Delete(paths.Folder, recursive: true);
        }
        else
        {
            (record with { Phase = RunPhase.Ended }).Save(paths.State, durable: false);
        }
    }
}
