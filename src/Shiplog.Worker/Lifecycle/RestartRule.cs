using System.Globalization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>A try of a restart policy.</summary>
/// <param name="Attempt">Counts from 1 since somebody last started the container.</param>
/// <param name="Delay">The back-off before it.</param>
/// <param name="NextAt">When it is due.</param>
internal sealed record RestartProgress(int Attempt, TimeSpan Delay, DateTimeOffset NextAt)
{
    public static RestartProgress Of(RestartScheduledReport report) => new(report.Attempt, report.Delay, report.NextAt);

    public RestartScheduledReport Report(ContainerRecord record, ContainerExitedReport exited, DateTimeOffset now) => new(
        exited.ContainerId, Attempt, record.Unhealthy ? "unhealthy" : exited.OomKilled ? "out of memory" : string.Create(CultureInfo.InvariantCulture, $"exit code {exited.ExitCode}"),
        Delay, NextAt, now);
}

/// <summary>What a restart policy says of an end, by Docker's rules: the back-off doubles until a run has lasted.</summary>
internal static class RestartRule
{
    internal static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan LastingRun = TimeSpan.FromSeconds(10);

    /// <returns>The next try; <see langword="null"/> where the container stays as it has ended.</returns>
    public static RestartProgress? Next(ContainerRecord record, ContainerExitedReport exited, DateTimeOffset now)
    {
        if (record.RestartOff || (record.Order.Restart is null && !record.Unhealthy))
            return null;
        var before = record.Restart?.Attempt ?? 0;
        if (!record.Unhealthy && record.Order.Restart is { Condition: RestartCondition.OnFailure } policy
            && (exited.ExitCode == 0 || (policy.MaximumRetryCount > 0 && before >= policy.MaximumRetryCount)))
            return null;
        var delay = record.Restart is { } last && exited.At - record.StartedAt < LastingRun ? last.Delay * 2 : FirstDelay;
        delay = delay < LongestDelay ? delay : LongestDelay;
        return new RestartProgress(before + 1, delay, now + delay);
    }
}
