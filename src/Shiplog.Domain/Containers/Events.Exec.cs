using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// Programs besides the container's own. A storage format like Events.cs, by the same rules.

/// <summary>Another program is to run in the container as soon as somebody starts it.</summary>
/// <param name="ExecId">Names this one run of it.</param>
/// <param name="EnvNames">Of the variables it is given besides the container's. Their values may be secrets and are nowhere in the log.</param>
/// <param name="DetachKeys">As given; <see langword="null"/> for the usual ones.</param>
public sealed record ExecCreated(
    string ContainerId, string ExecId, string CommandId, string[] Cmd, string User, string WorkingDir, bool Tty, bool Privileged,
    bool AttachStdin, bool AttachStdout, bool AttachStderr, string[] EnvNames, string? DetachKeys, DateTimeOffset At);

/// <summary>Intent: the program is to be started.</summary>
/// <param name="Detach">Nobody waits for its output.</param>
public sealed record ExecStartRequested(string ContainerId, string ExecId, string CommandId, bool Detach, DateTimeOffset At)
{
    /// <summary>What is recorded of the session; absent for nothing.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public SessionRecording? Recording { get; init; }
}

/// <summary>The program runs beside the container's own. Outcome of its start.</summary>
public sealed record ExecStarted(
    string ContainerId, string ExecId, string CommandId, int Pid, double DurationMs, DateTimeOffset At);

/// <summary>The program could not be started. Outcome of its start.</summary>
/// <param name="Kind">The failure's kind, as <c>NotFound</c>.</param>
/// <param name="ExitCode">As a shell gives it: 126 where it cannot be run, 127 where it is not there.</param>
public sealed record ExecFailed(
    string ContainerId, string ExecId, string CommandId, string Kind, string Error, int ExitCode, DateTimeOffset At);

/// <summary>The program ended.</summary>
/// <param name="ExitCode">0..255; 128 + n for signal n; 255 where nobody learnt it.</param>
public sealed record ExecExited(string ContainerId, string ExecId, int ExitCode, DateTimeOffset At);
