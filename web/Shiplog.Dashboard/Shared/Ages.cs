using System.Globalization;

namespace Shiplog.Dashboard.Shared;

/// <summary>Times, durations and sizes in words short enough for a table.</summary>
public static class Ages
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary><c>12 min ago</c>; a clock a little behind gives <c>just now</c>, not a negative age.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => now - at is { TotalSeconds: >= 1 } age ? Coarse(age) + " ago" : "just now";

    /// <summary>The largest unit only: <c>12 min</c>.</summary>
    public static string Coarse(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => Whole(age.TotalSeconds, "s"),
        { TotalHours: < 1 } => Whole(age.TotalMinutes, "min"),
        { TotalDays: < 2 } => Whole(age.TotalHours, "h"),
        { TotalDays: < 730 } => Whole(age.TotalDays, "d"),
        _ => Whole(age.TotalDays / 365.25, "years"),
    };

    /// <summary>To three digits below a minute, to two units above: <c>0.42 ms</c>, <c>1.24 s</c>, <c>3 h 12 min</c>.</summary>
    public static string Exact(TimeSpan span) => span switch
    {
        { TotalMilliseconds: <= 0 } => "0 ms",
        { TotalMilliseconds: < 10 } => Number(span.TotalMilliseconds, "0.##", "ms"),
        { TotalMilliseconds: < 100 } => Number(span.TotalMilliseconds, "0.#", "ms"),
        { TotalMilliseconds: < 1000 } => Number(Math.Floor(span.TotalMilliseconds), "0", "ms"),
        { TotalMinutes: < 1 } => Number(Math.Floor(span.TotalSeconds * 100) / 100, "0.##", "s"),
        { TotalHours: < 1 } => $"{Whole(span.TotalMinutes, "min")} {span.Seconds} s",
        { TotalDays: < 1 } => $"{Whole(span.TotalHours, "h")} {span.Minutes} min",
        _ => $"{Whole(span.TotalDays, "d")} {span.Hours} h",
    };

    /// <summary>As docker prints them, in powers of 1000: <c>4.27 MB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }
        return Number(value, value < 10 && unit > 0 ? "0.##" : value < 100 && unit > 0 ? "0.#" : "0", Units[unit]);
    }

    /// <summary><c>2026-03-01 14:03:05.123</c>, in UTC.</summary>
    public static string Utc(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601, as the API gives it.</summary>
    public static string Iso(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Whole(double value, string unit) => Number(Math.Floor(value), "0", unit);

    private static string Number(double value, string format, string unit) => value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
}
