namespace Shiplog.Contracts.Orders;

/// <summary>A program that the worker runs in the container from time to time, to learn whether it is well.</summary>
/// <param name="Command">Program and arguments; never empty.</param>
/// <param name="Interval">Between two probes.</param>
/// <param name="Timeout">After which a probe is killed, and has failed.</param>
/// <param name="StartPeriod">For so long after the start a failure counts for nothing.</param>
/// <param name="StartInterval">Between two probes within the start period.</param>
/// <param name="Retries">So many failures in a row make it unhealthy.</param>
/// <param name="Restart">Stop the container when it becomes unhealthy, and run it again.</param>
/// <param name="StopTimeoutSeconds">How long that stop waits before SIGKILL.</param>
public sealed record HealthCheck(
    string[] Command, TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, TimeSpan StartInterval, int Retries,
    bool Restart, int StopTimeoutSeconds);

/// <summary>The container's health is another one. Single probes are not reported.</summary>
/// <param name="From"><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Output">Of the probe that decided it, at most 4096 bytes.</param>
public sealed record HealthChangedReport(
    string ContainerId, string From, string To, int FailingStreak, string Output, DateTimeOffset At) : Report(At);

/// <summary>What the worker knows of a container's health: <see cref="WorkerStreams.Health"/>.</summary>
/// <param name="Run">The run of the program that it is about.</param>
/// <param name="Log">The last five probes, oldest first.</param>
public sealed record ContainerHealth(string Run, string Status, int FailingStreak, HealthProbe[] Log);

/// <summary>One run of a health check.</summary>
/// <param name="ExitCode">0 is well; -1 where it could not be run or took too long.</param>
public sealed record HealthProbe(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);
