namespace Shiplog.Contracts.Orders;

/// <summary>When the worker runs an ended program again. It does it itself, so that it holds while the server is away.</summary>
/// <param name="MaximumRetryCount">For <see cref="RestartCondition.OnFailure"/>: give up after that many; 0 for never.</param>
public sealed record RestartPolicy(RestartCondition Condition, int MaximumRetryCount);

/// <summary>Docker's restart policies, but the one that does nothing.</summary>
public enum RestartCondition
{
    /// <summary>However it ended.</summary>
    Always = 0,

    /// <summary>However it ended, but not after a signal that somebody sent.</summary>
    UnlessStopped,

    /// <summary>When its exit code is not 0.</summary>
    OnFailure,
}

/// <summary>
/// The program will be run again. Follows <see cref="ContainerExitedReport"/> in its batch; what the program stood on is
/// kept meanwhile.
/// </summary>
/// <param name="Attempt">Counts from 1 since somebody last started the container.</param>
/// <param name="Reason">Why there is one: <c>exit code 1</c>, <c>out of memory</c>.</param>
/// <param name="Delay">The back-off.</param>
/// <param name="NextAt">When it is due.</param>
public sealed record RestartScheduledReport(
    string ContainerId, int Attempt, string Reason, TimeSpan Delay, DateTimeOffset NextAt, DateTimeOffset At) : Report(At);

/// <summary>The program runs again, unasked.</summary>
/// <param name="Pid">Process id in the worker's pid namespace.</param>
public sealed record ContainerRestartedReport(
    string ContainerId, int Attempt, int Pid, string Runtime, TimeSpan Duration, DateTimeOffset At) : Report(At);

/// <summary>The program will not be run again after all.</summary>
/// <param name="Reason"><c>stop</c>, <c>kill</c>, or <c>start failed</c>.</param>
/// <param name="Error">For a start that failed: why.</param>
public sealed record RestartCancelledReport(string ContainerId, string Reason, string? Error, DateTimeOffset At) : Report(At);
