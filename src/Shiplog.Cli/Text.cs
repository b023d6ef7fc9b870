using System.Globalization;

namespace Shiplog.Cli;

/// <summary>Columns and times, as they are printed.</summary>
internal static class Text
{
    /// <summary>Columns as wide as their widest value, three blanks between; the last is not padded.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<string[]> rows, string indent = "")
    {
        if (rows is [])
            return;
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine((indent + string.Join("   ", row.Select((cell, i) => cell.PadRight(widths[i])))).TrimEnd());
    }

    /// <summary>To the second, in the machine's own time zone.</summary>
    public static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>To the millisecond, without the day.</summary>
    public static string TimeOfDay(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>As <c>437 ms</c>, <c>12.3 s</c>, <c>5 min 12 s</c>, <c>3 h 7 min</c>, <c>12 d 4 h</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>In powers of ten, as docker shows sizes: <c>980B</c>, <c>1.23MB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1000 && unit < Units.Length - 1; unit++)
            value /= 1000;
        return unit == 0 ? $"{bytes}B" : value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture) + Units[unit];
    }

    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>Twelve digits of an id, as docker shows them.</summary>
    public static string Short(string id)
    {
        var hex = id.StartsWith("sha256:", StringComparison.Ordinal) ? id[7..] : id;
        return hex.Length > 12 ? hex[..12] : hex;
    }

    /// <summary>A time as people write one: <c>2026-11-17 14:03</c>, local where it does not say otherwise.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var at)
            ? at
            : throw new CliException($"\"{text}\" is not a time; write it as 2026-11-17 14:03 or 2026-11-17T14:03:00Z");

    /// <inheritdoc cref="ParseTime"/>
    public static DateTimeOffset? ParseTimeOrNone(string? text) => text is null ? null : ParseTime(text);
}
