using System.Globalization;

namespace Shiplog.Domain.Networks;

/// <summary>A port of a protocol: <c>80/tcp</c>.</summary>
public readonly record struct Port(int Number, string Protocol)
{
    /// <summary>The protocols whose ports can be published.</summary>
    public static readonly IReadOnlyList<string> Protocols = ["tcp", "udp", "sctp"];

    /// <summary>A number, and the protocol where it is not TCP: <c>80</c>, <c>53/udp</c>.</summary>
    public static bool TryParse(string text, out Port port)
    {
        port = default;
        var (number, protocol) = Split(text);
        if (!TryNumber(number, out var value) || value == 0 || !Protocols.Contains(protocol))
            return false;
        port = new Port(value, protocol);
        return true;
    }

    /// <summary>One port, or the ends of a range: <c>8080</c>, <c>8000-8010</c>.</summary>
    public static bool TryParseRange(string text, out int first, out int last)
    {
        var ends = text.Split('-', 2);
        last = 0;
        return TryNumber(ends[0], out first) && TryNumber(ends[^1], out last) && first <= last && (ends.Length == 1 || first > 0);
    }

    /// <summary>What is before the slash, and the protocol after it, in small letters.</summary>
    public static (string Number, string Protocol) Split(string text) => text.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash
        ? (text[..slash], text[(slash + 1)..].ToLowerInvariant())
        : (text, "tcp");

    /// <summary>In the one form that it is stored and compared in; a text that is no port stays as it is.</summary>
    public static string Normalize(string text) => TryParse(text, out var port) ? port.ToString() : text;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Protocol}");

    private static bool TryNumber(string text, out int number)
    {
        var parsed = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        number = value;
        return parsed;
    }
}
