using Shiplog.Contracts;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Streams;

/// <summary>
/// The last lines of removed containers, for as long as the configuration says: whoever asks why something ended asks
/// mostly when it is gone, and with <c>--rm</c> always.
/// </summary>
internal sealed class KeptLogs(Instance instance, TimeProvider time, ILogger<KeptLogs> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(6);

    private readonly string _folder = Path.Combine(instance.WorkerFolder, "kept-logs");

    /// <summary>Where a container's last lines are, once it is removed.</summary>
    public string PathOf(string containerId) => Path.Combine(_folder, containerId);

    /// <summary>Takes the log out of a container's folder before that is deleted. Repeating it does no harm.</summary>
    /// <exception cref="IOException">The disk is full, or refuses.</exception>
    public void Keep(ContainerPaths paths)
    {
        if (instance.Settings.KeptLogDays == 0 || new FileInfo(paths.Log) is not { Exists: true, Length: > 0 } log)
            return;
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (log.Length > instance.Settings.KeptLogBytes)
            Shorten(log);
        File.Move(log.FullName, PathOf(paths.Id), overwrite: true);
        // Kept from the removal on, not from the last line on.
        File.SetLastWriteTimeUtc(PathOf(paths.Id), time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Deletes what has been kept long enough.</summary>
    public void Prune()
    {
        if (!Directory.Exists(_folder))
            return;
        var kept = time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(instance.Settings.KeptLogDays);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < kept))
            file.Delete();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenPrunings, time);
        do
        {
            try
            {
                Prune();
            }
            catch (IOException e)
            {
                logger.LogsNotPruned(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Whole lines only, the last of them.
    private void Shorten(FileInfo log)
    {
        var rest = log.FullName + ".tail";
        using (var from = log.OpenRead())
        using (var to = File.Create(rest))
        {
            from.Position = from.Length - instance.Settings.KeptLogBytes;
            for (var read = from.ReadByte(); read is >= 0 and not '\n'; read = from.ReadByte())
            {
            }

            from.CopyTo(to);
        }

        File.Move(rest, log.FullName, overwrite: true);
    }
}
