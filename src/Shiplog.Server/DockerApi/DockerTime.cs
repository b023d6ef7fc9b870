using System.Globalization;
using System.Text.RegularExpressions;

namespace Shiplog.Server.DockerApi;

/// <summary>Times as Docker writes and reads them.</summary>
internal static partial class DockerTime
{
    /// <summary>Where there is no time.</summary>
    public const string Zero = "0001-01-01T00:00:00Z";

    /// <summary>RFC 3339 with as many digits as it takes: <c>2026-01-02T03:04:05.1234567Z</c>.</summary>
    public static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) ?? Zero;

    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    /// <summary>
    /// Seconds since 1970, with or without a fraction. RFC 3339 and <c>now</c>, which clients turn into seconds themselves,
    /// are understood too, and so is a length of time before now: <c>24h</c>, <c>1h30m</c>.
    /// </summary>
    /// <exception cref="DockerException">It is none of them.</exception>
    public static DateTimeOffset? Parse(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text == "now")
            return now;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) &&
            seconds is > -62_135_596_800m and < 253_402_300_800m)
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        if (Length().Match(text) is { Success: true } length && Span(length) is { } span && now.UtcTicks > span.Ticks)
            return now - span;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw DockerException.Invalid($"failed to parse value as time or duration: \"{text}\"");
    }

    /// <summary>A length of time as people say it: <c>About a minute</c>, <c>3 weeks</c>.</summary>
    public static string Human(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 2 } => "1 second",
        { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} seconds",
        { TotalMinutes: < 2 } => "About a minute",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} minutes",
        { TotalHours: < 1.5 } => "About an hour",
        { TotalHours: < 48 } => $"{(int)Math.Round(span.TotalHours)} hours",
        { TotalDays: < 14 } => $"{(int)span.TotalDays} days",
        { TotalDays: < 60 } => $"{(int)(span.TotalDays / 7)} weeks",
        { TotalDays: < 730 } => $"{(int)(span.TotalDays / 30)} months",
        _ => $"{(int)(span.TotalDays / 365)} years",
    };

    private static TimeSpan? Span(Match length)
    {
        var sum = 0m;
        for (var i = 0; i < length.Groups["number"].Captures.Count; i++)
        {
            if (!decimal.TryParse(length.Groups["number"].Captures[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            sum += number * length.Groups["unit"].Captures[i].Value switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                _ => TimeSpan.TicksPerMillisecond,
            };
        }
        return sum <= DateTimeOffset.MaxValue.Ticks ? TimeSpan.FromTicks((long)sum) : null;
    }

    // As Go writes lengths of time; parts below a millisecond are of no use here. Twelve digits are enough for any.
    [GeneratedRegex(@"^(?:(?<number>\d{1,12}(?:\.\d{1,9})?)(?<unit>ms|[hms]))+\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Length();
}
