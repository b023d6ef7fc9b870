using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Shiplog.Domain.Images;

/// <summary>The arguments of EXPOSE: <c>80</c>, <c>53/udp</c>, <c>7000-7002</c>.</summary>
internal static class ExposedPorts
{
    /// <param name="ports">As an image's configuration has them: <c>80/tcp</c>.</param>
    public static bool TryRead(string[] words, out List<string> ports, [NotNullWhen(false)] out string? fault)
    {
        (ports, fault) = ([], null);
        foreach (var word in words)
        {
            var (range, protocol) = word.ToLowerInvariant().Split('/') switch { [var r] => (r, "tcp"), [var r, var p] => (r, p), _ => ("", "") };
            var (first, last) = range.Split('-') switch { [var one] => (one, one), [var a, var b] => (a, b), _ => ("", "") };
            if (protocol is not ("tcp" or "udp" or "sctp" or ""))
            {
                fault = $"invalid proto: {protocol}";
                return false;
            }
            if (protocol is "" || Port(first) is not { } from || Port(last) is not { } to || from > to)
            {
                fault = $"invalid containerPort: {word}";
                return false;
            }
            ports.AddRange(Enumerable.Range(from, to - from + 1).Select(p => $"{p}/{protocol}"));
        }
        return true;
    }

    private static int? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
