namespace Shiplog.Domain.Containers;

/// <summary>How it is found out whether a container is well. A part of stored events; Docker's fields, times in nanoseconds.</summary>
/// <param name="Test"><c>["CMD", …]</c>, <c>["CMD-SHELL", line]</c>, <c>["NONE"]</c>; empty for the image's.</param>
public sealed record Healthcheck(string[] Test, long Interval, long Timeout, long StartPeriod, long StartInterval, int Retries)
{
    private const long Millisecond = 1_000_000;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30), DefaultStartInterval = TimeSpan.FromSeconds(5);

    /// <summary>A container with this label is stopped and run again when it becomes unhealthy.</summary>
    public const string RestartLabel = "io.shiplog.restart-unhealthy";

    /// <summary>Program and arguments of a probe; empty where there is none.</summary>
    /// <param name="shell">What runs a line; absent for <c>/bin/sh -c</c>.</param>
    public string[] Command(string[]? shell = null) => Test switch
    {
        ["CMD", .. { Length: > 0 } program] => program,
        ["CMD-SHELL", .. { Length: > 0 } line] => [.. shell ?? ["/bin/sh", "-c"], .. line],
        _ => [],
    };

    /// <summary>With Docker's defaults where nothing is said.</summary>
    public (TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, TimeSpan StartInterval, int Retries) Times() => (
        Or(Interval, DefaultInterval), Or(Timeout, DefaultInterval), Or(StartPeriod, TimeSpan.Zero), Or(StartInterval, DefaultStartInterval),
        Retries == 0 ? 3 : Retries);

    /// <summary>What this leaves open is the image's.</summary>
    public Healthcheck Over(Healthcheck? lower) => lower is null ? this : new(
        Test is [] ? lower.Test : Test, Or(Interval, lower.Interval), Or(Timeout, lower.Timeout), Or(StartPeriod, lower.StartPeriod),
        Or(StartInterval, lower.StartInterval), Retries == 0 ? lower.Retries : Retries);

    /// <summary>What is wrong with it, in Docker's words.</summary>
    internal string? Fault() =>
        Short(Interval) ? "Interval in Healthcheck cannot be less than 1ms"
        : Short(Timeout) ? "Timeout in Healthcheck cannot be less than 1ms"
        : Retries < 0 ? "Retries in Healthcheck cannot be negative"
        : Short(StartPeriod) ? "StartPeriod in Healthcheck cannot be less than 1ms"
        : Short(StartInterval) ? "StartInterval in Healthcheck cannot be less than 1ms"
        : Test is [] or ["NONE"] || Command() is not [] ? null
        : $"unknown health check '{string.Join(' ', Test)}': it begins with CMD or CMD-SHELL and a program, or is NONE";

    private static bool Short(long time) => time is not 0 and < Millisecond;

    private static long Or(long time, long otherwise) => time == 0 ? otherwise : time;

    private static TimeSpan Or(long time, TimeSpan otherwise) => time == 0 ? otherwise : TimeSpan.FromTicks(time / TimeSpan.NanosecondsPerTick);
}
