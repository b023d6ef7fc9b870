using System.Threading.Channels;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>
/// Begins a new file of a running container's log when the one that conmon writes is full. conmon itself would throw the old one away:
/// so that has another name before conmon is asked, and whatever conmon still writes is in it. While the worker is away files grow.
/// </summary>
internal sealed class LogRotator(Inotify inotify, SubjectGates gates, TimeProvider time, ILogger<LogRotator> logger)
{
    // A busy program writes thousands of times a second.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    // Far longer than conmon takes from reading what it is asked for to doing it.
    private static readonly TimeSpan ConmonsMoment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);

    /// <summary>From here on until its end.</summary>
    public void Watch(Run run)
    {
        if (run.Record.Order is { LogRotation: { } rotation, Process.LogDriver: not "none" })
            _ = Task.Run(() => RotateAsync(run, rotation));
    }

    /// <summary>Nothing is done to a container's log until what this returns is disposed: for whoever deletes it.</summary>
    public Task<IDisposable> HoldAsync(string containerId) => gates.EnterAsync("log of " + containerId, CancellationToken.None);

    private async Task RotateAsync(Run run, LogRotation rotation)
    {
        var files = new LogFiles(run.Paths.Log);
        while (!run.Ended.IsCompleted)
        {
            try
            {
                using (await HoldAsync(run.Paths.Id))
                {
                    if (!File.Exists(files.Current))
                        return;
                    // Also what an earlier life of the worker did not come to.
                    files.Tidy(rotation.MaxFiles - 1, rotation.Compress);
                }

                if (await IsFullAsync(run, rotation, files))
                    await BeginNextAsync(run, files);
            }
            catch (IOException e)
            {
                // Its container has ended and is being removed; or a full disk: then the file grows.
                if (run.Ended.IsCompleted)
                    return;
                logger.LogNotRotated(run.Paths.Id, e.Message, PauseAfterError.TotalSeconds);
                await WaitAsync(run, PauseAfterError);
            }
        }
    }

    /// <returns>False where the run has ended before.</returns>
    private async Task<bool> IsFullAsync(Run run, LogRotation rotation, LogFiles files)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watch = inotify.WatchFile(files.Current, () => changed.Writer.TryWrite(true));
        while (new FileInfo(files.Current).Length < rotation.MaxSize)
        {
            await Task.WhenAny(changed.Reader.ReadAsync().AsTask(), run.Ended);
            if (run.Ended.IsCompleted)
                return false;
            await WaitAsync(run, BetweenLooks);
        }

        return true;
    }

    private async Task BeginNextAsync(Run run, LogFiles files)
    {
        var kept = false;
        using (await HoldAsync(run.Paths.Id))
        {
            if (!File.Exists(files.Current))
                return;
            // The place for the new file, which conmon cannot go on without.
            File.Create(Conmon.NextLog(files.Current)).Dispose();
            kept = files.Keep();
        }

        if (kept || await IsUnaskedAsync(run, files))
            Conmon.ReopenLog(run.Paths.Bundle);
        while (!files.IsBegun && !run.Ended.IsCompleted)
            await WaitAsync(run, BetweenLooks);
    }

    /// <summary>An earlier life of the worker has kept the file, and died before it asked: asked twice, conmon would throw a file away.</summary>
    private async Task<bool> IsUnaskedAsync(Run run, LogFiles files)
    {
        while (Conmon.IsAsked(run.Paths.Bundle) && !run.Ended.IsCompleted)
            await WaitAsync(run, ConmonsMoment);
        await WaitAsync(run, ConmonsMoment);
        return !files.IsBegun && !run.Ended.IsCompleted;
    }

    private async Task WaitAsync(Run run, TimeSpan span) => await Task.WhenAny(run.Ended, Task.Delay(span, time));
}
