using System.Collections.Concurrent;

namespace Shiplog.Worker.Execs;

/// <summary>A program that runs beside a container's own, or is being started.</summary>
internal sealed class ExecRun(ExecPaths paths, ExecRecord record)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _recorded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ExecPaths Paths => paths;

    public ExecRecord Record { get; set; } = record;

    /// <summary>Ends with conmon; <see langword="null"/> while nobody has asked.</summary>
    public Task? EndOfConmon { get; set; }

    /// <summary>Ends when the end is on disk, or the program could not be started.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends when the server has recorded the end, or the program could not be started.</summary>
    public Task Recorded => _recorded.Task;

    public void End(Task recorded)
    {
        _ended.TrySetResult();
        _ = RecordAsync(recorded);
    }

    private async Task RecordAsync(Task recorded)
    {
        await recorded;
        _recorded.TrySetResult();
    }
}

/// <summary>The execs that run now, and those whose ends are not recorded yet.</summary>
internal sealed class RunningExecs
{
    private readonly ConcurrentDictionary<string, ExecRun> _running = new();

    public ExecRun? Find(string execId) => _running.GetValueOrDefault(execId);

    public IEnumerable<ExecRun> Of(string containerId) => _running.Values.Where(r => r.Paths.Container.Id == containerId);

    public void Add(ExecRun run)
    {
        if (!_running.TryAdd(run.Paths.Id, run))
            throw new InvalidOperationException($"exec {run.Paths.Id} is running already");
    }

    /// <summary>It has ended, and is known until that is recorded: whoever saw its last byte waits for it.</summary>
    /// <param name="recorded">Ends when the server has recorded the end.</param>
    public void Remove(ExecRun run, Task recorded)
    {
        run.End(recorded);
        _ = ForgetAsync(run);
    }

    private async Task ForgetAsync(ExecRun run)
    {
        await run.Recorded;
        _running.TryRemove(run.Paths.Id, out _);
    }

    /// <summary>Ends when the server has recorded the exec's end; has ended where there is no such exec.</summary>
    public Task RecordOfEnd(string execId) => Find(execId)?.Recorded ?? Task.CompletedTask;
}
