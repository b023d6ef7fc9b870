using System.Diagnostics;
using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Execs;

/// <summary>
/// Takes up the execs of a container that an earlier life of the worker left: those that run are watched again, those that
/// ended meanwhile are reported. One whose start was never reported has started if its program did: nobody reads its output
/// any more, as with a client that went.
/// </summary>
internal sealed class ExecRecovery(RunningExecs execs, ExecWatch watch, FactDelivery facts, TimeProvider time, ILogger<ExecRecovery> logger)
{
    private static readonly OrderFailure Interrupted = new(
        "StartExec", FailureKind.Interrupted, "the worker was restarted before the program was started: run it again", 126);

    // As long as a start may take (ExecStarter): what takes longer hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    /// <param name="reported">Among them the execs' starts whose ends have been reported.</param>
    public async Task TakeUpAsync(ContainerPaths container, EarlierRuns reported)
    {
        if (!Directory.Exists(ExecPaths.All(container)))
            return;
        foreach (var folder in Directory.GetDirectories(ExecPaths.All(container)))
        {
            var paths = new ExecPaths(container, Path.GetFileName(folder));
            if (ExecRecord.Load(paths.State) is { } record && !reported.Ended.ContainsKey(record.CommandId) && await StartedAsync(paths, record) is { } run)
                watch.Watch(run);
            else
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns><see langword="null"/> where the program was not started.</returns>
    private async Task<ExecRun?> StartedAsync(ExecPaths paths, ExecRecord record)
    {
        switch (facts.OutcomeOf(record.CommandId))
        {
            case { Failure: not null }:
                return null;
            case null when await PidAsync(paths) is { } pid:
                record = record with { Pid = pid, PidTicks = PidHandle.StartTicks(pid) };
                record.Save(paths.State);
                File.Delete(paths.Spec);
                var at = new DateTimeOffset(File.GetLastWriteTimeUtc(paths.PidFile));
                Report(paths, record, new ExecStartedReport(paths.Container.Id, paths.Id, pid, TimeSpan.Zero, at), null);
                break;
            case null:
                Report(paths, record, new OrderFailedReport(paths.Container.Id, Interrupted, time.GetUtcNow()), Interrupted);
                logger.StartInterrupted(paths.Id, paths.Container.Id);
                return null;
        }

        var run = new ExecRun(paths, record);
        execs.Add(run);
        logger.TakenUp(paths.Id, paths.Container.Id);
        return run;
    }

    private void Report(ExecPaths paths, ExecRecord record, Report report, OrderFailure? failure) =>
        facts.Report(paths.Container.Id, record.CommandId, null, [report], new OrderOutcome(record.CommandId, failure));

    // The runtime may be at it in this moment; it writes the file when the program runs.
    private static async Task<int?> PidAsync(ExecPaths paths)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var held = Conmon.Running(paths.Folder) is not null;
            if (File.Exists(paths.PidFile) && int.TryParse(File.ReadAllText(paths.PidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                return pid;
            if (!held)
                return null;
            if (Stopwatch.GetElapsedTime(began) > Patience)
                Conmon.Kill(paths.Folder);
            await Task.Delay(LookAgain);
        }
    }
}
