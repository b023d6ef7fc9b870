using System.Globalization;
using System.Numerics;

namespace Shiplog.Worker.Streams;

/// <summary>Which part of a container's log, and in what form.</summary>
/// <param name="Tail">The last so many lines; <see langword="null"/> for all.</param>
/// <param name="Since">Unix nanoseconds; from then on.</param>
/// <param name="Until">Unix nanoseconds; before then.</param>
/// <param name="Details">Before each line, with a blank behind it; <see langword="null"/> for neither.</param>
internal sealed record LogRequest(
    bool Stdout, bool Stderr, bool Follow, bool Timestamps, int? Tail, long? Since, long? Until, bool Tty, string? Details = null)
{
    /// <exception cref="FormatException">A value cannot be read.</exception>
    public static LogRequest Parse(IQueryCollection query)
    {
        bool Flag(string name) => query[name].ToString() is "1" or "true" or "True";
        return new LogRequest(
            Flag("stdout"), Flag("stderr"), Flag("follow"), Flag("timestamps"), ParseTail(query["tail"].ToString()),
            ParseTime("since", query["since"].ToString()), ParseTime("until", query["until"].ToString()), Flag("tty"),
            query.TryGetValue("details", out var details) ? details.ToString() : null);
    }

    public bool Wants(LogLine line) =>
        (line.Stream == OutputStream.Stdout ? Stdout : Stderr)
        && (Since is not { } since || line.UnixNanoseconds >= since);

    public bool IsPast(LogLine line) => Until is { } until && line.UnixNanoseconds >= until;

    private static int? ParseTail(string text)
    {
        // Docker takes anything that is no number for all.
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
    }

    // Seconds with up to nine decimals; 0 and nothing mean no limit. Not as a double: that has no nanoseconds left.
    private static long? ParseTime(string name, string text)
    {
        if (text is "" or "0")
            return null;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var (seconds, decimals) = point < 0 ? (text, "") : (text[..point], text[(point + 1)..]);
        if (decimals.Length <= 9
            && BigInteger.TryParse(seconds + decimals.PadRight(9, '0'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= long.MinValue && value <= long.MaxValue)
            return (long)value;
        throw new FormatException($"invalid value for \"{name}\": \"{text}\" is not a number of seconds since 1970");
    }
}
