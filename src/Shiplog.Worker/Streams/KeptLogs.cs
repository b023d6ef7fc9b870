using Shiplog.Contracts;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Streams;

/// <summary>
/// The last lines of removed containers, for as long as the configuration says: whoever asks why something ended asks
/// mostly when it is gone, and with <c>--rm</c> always.
/// </summary>
internal sealed class KeptLogs(Instance instance, TimeProvider time, ILogger<KeptLogs> logger) : BackgroundService
{
    private readonly string _folder = Path.Combine(instance.WorkerFolder, "kept-logs");

    /// <summary>Where a container's last lines are, once it is removed.</summary>
    public string PathOf(string containerId) => Path.Combine(_folder, containerId);

    /// <summary>Takes the log out of a container's folder before that is deleted. Repeating it does no harm.</summary>
    /// <exception cref="IOException">The disk is full, or refuses.</exception>
    public void Keep(ContainerPaths paths)
    {
        var log = new LogFiles(paths.Log);
        if (instance.Settings.KeptLogDays == 0 || log.List() is not { Count: > 0 } files || files.All(f => new FileInfo(f.Path).Length == 0))
            return;
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var whole = files.Count == 1 && new FileInfo(paths.Log).Length <= instance.Settings.KeptLogBytes;
        File.Move(whole ? paths.Log : Shorten(files, paths.Log + ".tail"), PathOf(paths.Id), overwrite: true);
        // Kept from the removal on, not from the last line on.
        File.SetLastWriteTimeUtc(PathOf(paths.Id), time.GetUtcNow().UtcDateTime);
        log.Delete();
    }

    /// <summary>Deletes what has been kept long enough.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => OldFiles.PruneAsync(
        _folder, "*", TimeSpan.FromDays(instance.Settings.KeptLogDays), logger.LogsNotPruned, time, stoppingToken);

    // Whole lines only, the last of them.
    private string Shorten(List<LogFile> files, string rest)
    {
        var (pieces, bytes) = (new Stack<OpenLog>(), 0L);
        for (var i = files.Count - 1; i >= 0 && bytes < instance.Settings.KeptLogBytes; i--)
        {
            if (LogFiles.TryOpen(files[i]) is not { } piece)
                throw new IOException($"{files[i].Path} is not there any more");
            pieces.Push(piece);
            bytes += piece.Content.Length;
        }

        using var to = File.Create(rest);
        var surplus = bytes - instance.Settings.KeptLogBytes;
        foreach (var piece in pieces)
        {
            using (piece)
            {
                if (surplus > 0)
                    SkipTo(piece.Content, surplus);
                surplus = 0;
                piece.Content.CopyTo(to);
            }
        }

        return rest;
    }

    private static void SkipTo(FileStream from, long position)
    {
        from.Position = position;
        for (var read = from.ReadByte(); read is >= 0 and not '\n'; read = from.ReadByte())
        {
        }
    }
}
