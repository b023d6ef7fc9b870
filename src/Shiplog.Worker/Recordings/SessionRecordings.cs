using System.Buffers.Text;
using System.Security.Cryptography;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Recordings;

/// <summary>All recordings of sessions on this host, those of removed containers too, for as long as the configuration says.</summary>
internal sealed class SessionRecordings(Instance instance, FactDelivery facts, TimeProvider time, ILogger<SessionRecordings> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(5);

    /// <summary>Begins one; it ends when it is disposed of.</summary>
    /// <exception cref="OrderException">One of the ids is no name for a file.</exception>
    public SessionRecorder Begin(string containerId, string recordingId, RecordedSession session)
    {
        var paths = new RecordingPaths(instance, containerId, recordingId);
        return new SessionRecorder(
            paths, session, instance.Settings.RecordingBytes, time, report => SealAsync(paths, report, "session-end"));
    }

    /// <summary>Seals what an earlier life of the worker did not come to seal.</summary>
    /// <param name="reported">Among them the recordings whose seals are on their way.</param>
    public void TakeUp(EarlierRuns reported)
    {
        if (!Directory.Exists(RecordingPaths.Root(instance)))
            return;
        foreach (var part in Directory.GetFiles(RecordingPaths.Root(instance), "*" + RecordingPaths.Open))
        {
            try
            {
                var paths = RecordingPaths.OfPart(instance, part);
                if (reported.Ended.ContainsKey(paths.Id))
                    File.Move(paths.Part, paths.Sealed);
                else
                    _ = SealAsync(paths, Interrupt(paths), "reconcile");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException or OrderException)
            {
                logger.NotTakenUp(part, e.Message);
            }
        }
    }

    /// <summary>Deletes what has been kept long enough.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => instance.Settings.KeptRecordingDays is > 0 and var days
        ? OldFiles.PruneAsync(
            RecordingPaths.Root(instance), "*" + RecordingPaths.Closed, TimeSpan.FromDays(days), logger.NotPruned, time, stoppingToken)
        : Task.CompletedTask;

    private async Task SealAsync(RecordingPaths paths, SessionRecordedReport report, string cause)
    {
        if (report.Error is { } error)
            logger.RecordingBroke(paths.Id, paths.ContainerId, error);
        while (true)
        {
            try
            {
                _ = facts.Report(paths.ContainerId, null, cause, [report], null, ends: paths.Id, spooled: () => Rename(paths));
                return;
            }
            catch (Exception e) when (e is IOException or LinuxException)
            {
                // The disk that was too full for the recording is so for the report, perhaps.
                logger.SealNotReported(paths.Id, PauseAfterError.TotalSeconds, e.Message);
                await Task.Delay(PauseAfterError, time);
            }
        }
    }

    private void Rename(RecordingPaths paths)
    {
        try
        {
            // There is none where the disk was full from the first.
            if (File.Exists(paths.Part))
                File.Move(paths.Part, paths.Sealed);
        }
        catch (IOException e)
        {
            logger.NotRenamed(paths.Id, e.Message);
        }
    }

    private SessionRecordedReport Interrupt(RecordingPaths paths)
    {
        using var file = new FileStream(paths.Part, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 0);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        // Without a newline at its end the last line is not whole.
        var whole = content.AsSpan(0, content.AsSpan().LastIndexOf((byte)'\n') + 1);
        var last = LastTime(whole);
        byte[] text = [.. whole, .. whole.IsEmpty ? [] : Asciicast.Marker(last, "recording cut: the worker was interrupted")];
        file.SetLength(whole.Length);
        file.Position = whole.Length;
        file.Write(text.AsSpan(whole.Length));
        Files.SyncData(file.SafeFileHandle, paths.Part);
        return new SessionRecordedReport(
            paths.ContainerId, paths.Id, text.Length, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(text)), last, "interrupted", null, time.GetUtcNow());
    }

    // The header is a line without a time.
    private static TimeSpan LastTime(ReadOnlySpan<byte> lines)
    {
        var last = lines[..^(lines.IsEmpty ? 0 : 1)];
        last = last[(last.LastIndexOf((byte)'\n') + 1)..];
        var comma = last.IndexOf((byte)',');
        return comma > 1 && last[0] == '[' && Utf8Parser.TryParse(last[1..comma], out double seconds, out _) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
    }
}
