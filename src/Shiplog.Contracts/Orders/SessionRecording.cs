namespace Shiplog.Contracts.Orders;

/// <summary>A session's recording is closed: from here on its file does not change.</summary>
/// <param name="Size">Of the file, in bytes; 0 where there is none.</param>
/// <param name="Digest">Of the file: <c>sha256:…</c></param>
/// <param name="Cut">Why it is not all of the session: <c>size</c>, <c>disk</c>, <c>slow</c>, <c>interrupted</c>; <see langword="null"/> where it is.</param>
/// <param name="Error">What the disk said, where that is why.</param>
public sealed record SessionRecordedReport(
    string ContainerId, string RecordingId, long Size, string Digest, TimeSpan Duration, string? Cut, string? Error, DateTimeOffset At) : Report(At);
