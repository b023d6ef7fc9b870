using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>The seal of what was recorded of a session, as the worker reports it.</summary>
public static class RecordSession
{
    /// <summary>Recorded once for each that was begun; it may come after its container's removal.</summary>
    public static Decision Decide(SessionRecordedReport report, Container container) =>
        Array.Find(container.Recordings, r => r.Recording.Id == report.RecordingId) is { } open
            ? Decision.Accept(new SessionRecorded(
                container.Id, report.RecordingId, open.ExecId, open.Recording.Mode, report.Size, report.Digest,
                report.Duration.TotalMilliseconds, report.Cut, report.Error, report.At))
            : Decision.Nothing;
}
