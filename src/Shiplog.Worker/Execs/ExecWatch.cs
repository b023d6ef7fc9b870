using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Streams;

namespace Shiplog.Worker.Execs;

/// <summary>Sees an exec's end and reports it: conmon has written the exit code when it ends itself.</summary>
internal sealed class ExecWatch(
    RunningExecs execs, ProcessEnds ends, Sessions sessions, FactDelivery facts, TimeProvider time, ILogger<ExecWatch> logger)
{
    // As a shell gives for a status it could not learn.
    private const int LostExitCode = 255;

    // Longer than conmon takes to notice that its program has been killed.
    private static readonly TimeSpan LastMoments = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);

    /// <summary>The start is on its way to the server: from here on the end may be reported.</summary>
    public void Watch(ExecRun run) => _ = EndAsync(run);

    /// <summary>Returns when the ends of all of the container's execs are on disk. Call it when its first process has ended.</summary>
    public async Task EndedAsync(string containerId)
    {
        var left = execs.Of(containerId).ToList();
        foreach (var run in left)
        {
            // The kernel ends what is in the first process's own pid namespace, and nothing where that is somebody else's.
            using var process = run.Record.Pid > 0 ? PidHandle.Open(run.Record.Pid, run.Record.PidTicks) : null;
            process?.Signal(Signals.SIGKILL);
        }

        foreach (var run in left)
        {
            try
            {
                await run.Ended.WaitAsync(LastMoments, time);
            }
            catch (TimeoutException)
            {
                logger.EndNotSeen(run.Paths.Id, containerId);
            }
        }
    }

    /// <summary>What is to be told of a program that has ended by then; <see langword="null"/> where it has not.</summary>
    public async Task<ExecExitedReport?> EndedWithinAsync(ExecRun run, TimeSpan patience)
    {
        var ended = EndOfConmonAsync(run);
        await Task.WhenAny(ended, Task.Delay(patience, time));
        return ended.IsCompleted && File.Exists(run.Paths.ExitFile) ? Exited(run) : null;
    }

    /// <summary>The end is on disk: nobody need find it in the exec's folder any more.</summary>
    public static void Clear(ExecRun run) => Directory.Delete(run.Paths.Folder, recursive: true);

    /// <summary>The end is on its way to the server.</summary>
    /// <param name="recorded">Ends when it is there.</param>
    public void Ended(ExecRun run, Task recorded)
    {
        execs.Remove(run, recorded);
        sessions.FinishExec(run.Paths.Id);
    }

    private async Task EndAsync(ExecRun run)
    {
        await EndOfConmonAsync(run);
        while (true)
        {
            try
            {
                await ReportAsync(run);
                return;
            }
            catch (Exception e)
            {
                // A full disk, at worst: what happened is not lost as long as the exit file is there.
                logger.EndBroke(e, run.Paths.Id, PauseAfterError.TotalSeconds);
                await Task.Delay(PauseAfterError, time);
            }
        }
    }

    private Task EndOfConmonAsync(ExecRun run) => run.EndOfConmon ??=
        Conmon.Running(run.Paths.Folder) is { } holder ? ends.Of(holder, PidHandle.StartTicks(holder)) : Task.CompletedTask;

    private async Task ReportAsync(ExecRun run)
    {
        var (paths, record) = (run.Paths, run.Record);
        if (!File.Exists(paths.ExitFile))
        {
            // conmon is gone, but perhaps not what it held: a program whose streams nobody holds is of no use to anybody.
            using var process = record.Pid > 0 ? PidHandle.Open(record.Pid, record.PidTicks) : null;
            if (process?.Signal(Signals.SIGKILL) is true)
                await ends.Of(record.Pid, record.PidTicks);
        }

        Ended(run, facts.Report(
            paths.Container.Id, record.CommandId, "process-exit", [Exited(run)], null, ends: record.CommandId, spooled: () => Clear(run)));
    }

    private ExecExitedReport Exited(ExecRun run)
    {
        var paths = run.Paths;
        var found = File.Exists(paths.ExitFile);
        var code = found && int.TryParse(File.ReadAllText(paths.ExitFile), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read)
            ? read & 0xff
            : LostExitCode;
        return new ExecExitedReport(
            paths.Container.Id, paths.Id, code, found ? new DateTimeOffset(File.GetLastWriteTimeUtc(paths.ExitFile)) : time.GetUtcNow());
    }
}
