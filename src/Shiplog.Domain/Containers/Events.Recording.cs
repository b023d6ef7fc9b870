namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format, as in Events.cs.

/// <summary>What was recorded of a session is closed and sealed: its file has this digest for ever. The file is with the worker.</summary>
/// <param name="ExecId">The program that was run; absent where somebody attached to the container's own.</param>
/// <param name="Mode"><c>output</c>, or <c>all</c> with what was typed.</param>
/// <param name="Size">Of the file, in bytes; 0 where there is none.</param>
/// <param name="Digest"><c>sha256:…</c></param>
/// <param name="Cut">Why it is not all of the session: <c>size</c>, <c>disk</c>, <c>slow</c>, <c>interrupted</c>.</param>
/// <param name="Error">What the disk said, where that is why.</param>
public sealed record SessionRecorded(
    string ContainerId, string RecordingId, string? ExecId, string Mode, long Size, string Digest, double DurationMs, string? Cut,
    string? Error, DateTimeOffset At);

/// <summary>Somebody reads what was recorded of a session.</summary>
public sealed record SessionRecordingRead(string ContainerId, string RecordingId, DateTimeOffset At);
