namespace Shiplog.Worker;

/// <summary>Files of one folder that are kept for a while only.</summary>
internal static class OldFiles
{
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(6);

    /// <summary>Deletes what is too old, now and every few hours.</summary>
    /// <param name="pattern">Which of the folder's files: <c>*.cast</c>.</param>
    /// <param name="keptFor">Since a file was last written to.</param>
    /// <param name="notPruned">Told why files could not be deleted; the next time may do.</param>
    public static async Task PruneAsync(
        string folder, string pattern, TimeSpan keptFor, Action<string> notPruned, TimeProvider time, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenPrunings, time);
        do
        {
            try
            {
                Prune(folder, pattern, time.GetUtcNow().UtcDateTime - keptFor);
            }
            catch (IOException e)
            {
                notPruned(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private static void Prune(string folder, string pattern, DateTime kept)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles(pattern).Where(f => f.LastWriteTimeUtc < kept))
            file.Delete();
    }
}
