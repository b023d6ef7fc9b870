using System.Globalization;
using System.Text;

namespace Shiplog.Worker.Streams;

/// <summary>
/// One entry of conmon's k8s-file log: <c>2024-01-02T03:04:05.123456789+00:00 stdout F text</c>; <c>P</c> instead of
/// <c>F</c> where the line goes on in the next entry.
/// </summary>
/// <param name="UnixNanoseconds">When it was written.</param>
/// <param name="Text">Without the newline that ends a whole line.</param>
internal readonly record struct LogLine(long UnixNanoseconds, OutputStream Stream, bool Partial, ReadOnlyMemory<byte> Text)
{
    private const int StampLength = 35;
    private const int SecondsLength = 19;

    /// <summary>Reads an entry, its newline taken off; <see langword="null"/> for a line that is none (torn by a crash).</summary>
    public static LogLine? Parse(ReadOnlyMemory<byte> line)
    {
        var bytes = line.Span;
        // stamp, blank, six letters, blank, one letter, blank
        if (bytes.Length < StampLength + 10 || bytes[StampLength] != ' ' || bytes[StampLength + 7] != ' ' || bytes[StampLength + 9] != ' ')
            return null;
        var stamp = Encoding.ASCII.GetString(bytes[..StampLength]);
        if (!DateTimeOffset.TryParse(
                string.Concat(stamp.AsSpan(0, SecondsLength), stamp.AsSpan(StampLength - 6)), CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var seconds)
            || !long.TryParse(stamp.AsSpan(SecondsLength + 1, 9), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds))
            return null;
        var stream = bytes.Slice(StampLength + 1, 6).SequenceEqual("stderr"u8) ? OutputStream.Stderr : OutputStream.Stdout;
        return new LogLine(
            (seconds.ToUnixTimeSeconds() * 1_000_000_000) + nanoseconds, stream, bytes[StampLength + 8] == 'P', line[(StampLength + 10)..]);
    }

    /// <summary>RFC 3339 with nine decimals in UTC, as Docker prints it.</summary>
    public string Stamp()
    {
        var (seconds, nanoseconds) = Math.DivRem(UnixNanoseconds, 1_000_000_000);
        return DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + string.Create(CultureInfo.InvariantCulture, $".{nanoseconds:D9}Z");
    }
}
