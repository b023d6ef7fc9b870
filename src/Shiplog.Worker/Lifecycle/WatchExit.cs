using System.Globalization;
using System.Threading.Channels;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Health;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Streams;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// Step 7: sees a container's end, undoes its steps and reports all of it in one batch. The end is conmon's exit file, told
/// by the kernel when it appears; or conmon's own end, which leaves none.
/// </summary>
internal sealed class ExitWatch(
    Instance instance, Inotify inotify, ProcessEnds ends, Containers containers, RestartQueue restarts, ContainerSteps steps, StepRunner runner,
    ExecWatch execs, OciRuntime runtime, HealthMonitor health, ContainerFiles files, FileWriters writers, LogRotator logs, Sessions sessions, SubjectGates gates,
    FactDelivery facts, TimeProvider time, ILogger<ExitWatch> logger)
    : BackgroundService
{
    // As a shell gives for a status it could not learn.
    private const int LostExitCode = 255;

    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);

    private readonly Channel<Run> _ended = Channel.CreateUnbounded<Run>();
    private IDisposable? _watch;

    /// <summary>From here on ends are noticed. Call it before the first container is taken up.</summary>
    public void Open()
    {
        Directory.CreateDirectory(ContainerPaths.Exits(instance));
        _watch = inotify.WatchFolder(ContainerPaths.Exits(instance), Appeared);
    }

    /// <summary>Takes up a container that runs, or did so a moment ago.</summary>
    public void Watch(Run run)
    {
        containers.Add(run);
        health.Watch(run);
        logs.Watch(run);
        // It may have ended before it was on the list.
        if (File.Exists(run.Paths.ExitFile))
            _ended.Writer.TryWrite(run);
        else
            _ = WatchConmonAsync(run);
    }

    /// <summary>Takes up a container whose program has just been started.</summary>
    public void GoOn(ContainerPaths paths, ContainerRecord record)
    {
        var running = record with { Phase = RunPhase.Running };
        running.Save(paths.State, durable: false);
        Watch(new Run(paths, running, PidHandle.Open(record.Pid, record.PidTicks) ?? PidHandle.Gone(record.Pid)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var under = new List<Task>();
        await foreach (var run in _ended.Reader.ReadAllAsync(stoppingToken))
        {
            under.RemoveAll(t => t.IsCompleted);
            under.Add(EndAsync(run));
        }
    }

    public override void Dispose()
    {
        _watch?.Dispose();
        base.Dispose();
    }

    private void Appeared(string? name)
    {
        if (name is null)
        {
            foreach (var file in Directory.EnumerateFiles(ContainerPaths.Exits(instance)))
                Appeared(Path.GetFileName(file));
        }
        else if (containers.Find(name) is { } run && File.Exists(run.Paths.ExitFile))
        {
            _ended.Writer.TryWrite(run);
        }
    }

    private async Task WatchConmonAsync(Run run)
    {
        await ends.Of(run.Record.ConmonPid, run.Record.ConmonTicks);
        // It writes the file before it ends; when there is none now, there will never be one.
        _ended.Writer.TryWrite(run);
    }

    private async Task EndAsync(Run run)
    {
        try
        {
            using var turn = await gates.EnterAsync(run.Paths.Id, CancellationToken.None);
            // Told twice: by the file and by conmon's end.
            if (run.Ended.IsCompleted)
                return;
            await ReportEndAsync(run);
        }
        catch (Exception e)
        {
            // A full disk, at worst: what happened is not lost as long as the exit file is there.
            logger.EndBroke(e, run.Paths.Id, PauseAfterError.TotalSeconds);
            await Task.Delay(PauseAfterError, time);
            _ended.Writer.TryWrite(run);
        }
    }

    /// <summary>Needs the container's turn.</summary>
    public async Task ReportEndAsync(Run run)
    {
        var (paths, order) = (run.Paths, run.Record.Order);
        if (!File.Exists(paths.ExitFile))
        {
            // conmon is gone, but perhaps not what it held: a container whose streams nobody holds is of no use to anybody.
            logger.ExitCodeLost(paths.Id);
            if (run.Process.Signal(Signals.SIGKILL))
                await ends.Of(run.Record.Pid, run.Record.PidTicks);
        }

        // They end with the container, and are reported before it.
        await execs.EndedAsync(paths.Id);
        var exited = ReadEnd(run);
        var next = RestartRule.Next(run.Record, exited, time.GetUtcNow());
        List<Report> reports = [.. run.Stop?.Before ?? [], exited];
        // The runtime's clearing up takes longest and touches nothing that the undo steps do.
        var clearing = ClearAsync(run);
        reports.AddRange(await LeaveAsync(run, keep: next is not null));
        if (await clearing is { } failure)
            reports.Add(failure);
        sessions.Finish(paths.Id);
        if (run.Stop is { } stop)
            reports.Add(new ContainerStoppedReport(paths.Id, stop.Killed, time.GetUtcNow()));
        if (next is not null)
            reports.Add(next.Report(run.Record, exited, time.GetUtcNow()));
        var discarded = order.AutoRemove && next is null ? await DiscardAsync(paths) : null;
        if (discarded is not null)
            reports.Add(discarded);

        var outcome = run.Stop is { } ended ? new OrderOutcome(ended.CommandId) : null;
        var recorded = facts.Report(
            paths.Id, run.Stop?.CommandId, run.Stop is not null ? null : run.Record.Unhealthy ? "health" : "process-exit", [.. reports], outcome, ends: run.Record.RunId,
            // Only then: until the end is on disk, the exit file and the journal are what it can be learnt from.
            spooled: () => Forget(run, next, discarded is ContainerRemovedReport));
        containers.Remove(run, recorded);
        if (next is not null)
            restarts.Add(new PendingRestart(paths, run.Record));
    }

    private static void Forget(Run run, RestartProgress? next, bool discarded)
    {
        if (discarded)
            Directory.Delete(run.Paths.Folder, recursive: true);
        else
            (run.Record = run.Record.After(next)).Save(run.Paths.State, durable: false);
        File.Delete(run.Paths.ExitFile);
    }

    /// <param name="keep">What the program stood on is needed again; a reboot has taken it, but for the lease.</param>
    private async Task<IEnumerable<Report>> LeaveAsync(Run run, bool keep) =>
        keep && run.Record.IsOfThisBoot ? []
        : Kept(await runner.UndoAsync(steps.AroundProgram(run.Record.Order), run.Paths, run.Record.Order), keep);

    /// <summary>What is undone of a container that will be started again stays its own: nobody else may have its address and its ports.</summary>
    public static IEnumerable<Report> Kept(IEnumerable<Report> undone, bool keep = true) => !keep ? undone
        : undone.Where(r => r is not IpReleasedReport).Select(r => r is PortsUnpublishedReport p ? p with { Kept = true } : r);

    private ContainerExitedReport ReadEnd(Run run)
    {
        var (paths, file) = (run.Paths, run.Paths.ExitFile);
        var found = File.Exists(file);
        var code = found && int.TryParse(File.ReadAllText(file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read)
            ? read & 0xff
            : LostExitCode;
        var at = found ? new DateTimeOffset(File.GetLastWriteTimeUtc(file)) : time.GetUtcNow();
        // Files are dated by the kernel's last tick, up to 10 ms ago: a short life would end before it began.
        at = at > run.Record.StartedAt ? at : run.Record.StartedAt;
        // Before the runtime removes the group.
        var oom = Cgroups.OomKilled(run.Cgroup);
        return new ContainerExitedReport(
            paths.Id, code, oom, run.Record.Order.Process.LogDriver == "none" || run.Record.Order.AutoRemove ? null : paths.Log, at);
    }

    private async Task<Report?> ClearAsync(Run run)
    {
        var paths = run.Paths;
        try
        {
            await runtime.ClearAsync(paths.Id, run.Cgroup, CancellationToken.None);
            StartContainerStep.RemoveBundle(paths);
            return null;
        }
        catch (Exception e) when (e is RuntimeException or IOException)
        {
            return new StepFailedReport(paths.Id, "StartContainer", "undo", e.Message, time.GetUtcNow());
        }
    }

    // Everything but the journal, which explains a crash before the report is on disk.
    private async Task<Report> DiscardAsync(ContainerPaths paths)
    {
        try
        {
            await writers.StopAsync(paths.Id);
            using (await logs.HoldAsync(paths.Id))
                files.DeleteButJournal(paths);
            return new ContainerRemovedReport(paths.Id, time.GetUtcNow());
        }
        catch (IOException e)
        {
            return new StepFailedReport(paths.Id, "RemoveContainer", "do", e.Message, time.GetUtcNow());
        }
    }
}
