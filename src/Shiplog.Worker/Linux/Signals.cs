using System.Globalization;

namespace Shiplog.Worker.Linux;

/// <summary>Signal names as people write them (signal(7), x86-64 and arm64 numbers).</summary>
internal static class Signals
{
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const int SIGCONT = 18;

    private const int RealTimeFirst = 34;
    private const int RealTimeLast = 64;

    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ILL"] = 4,
        ["TRAP"] = 5,
        ["ABRT"] = 6,
        ["IOT"] = 6,
        ["BUS"] = 7,
        ["FPE"] = 8,
        ["KILL"] = 9,
        ["USR1"] = 10,
        ["SEGV"] = 11,
        ["USR2"] = 12,
        ["PIPE"] = 13,
        ["ALRM"] = 14,
        ["TERM"] = 15,
        ["STKFLT"] = 16,
        ["CHLD"] = 17,
        ["CLD"] = 17,
        ["CONT"] = 18,
        ["STOP"] = 19,
        ["TSTP"] = 20,
        ["TTIN"] = 21,
        ["TTOU"] = 22,
        ["URG"] = 23,
        ["XCPU"] = 24,
        ["XFSZ"] = 25,
        ["VTALRM"] = 26,
        ["PROF"] = 27,
        ["WINCH"] = 28,
        ["IO"] = 29,
        ["POLL"] = 29,
        ["PWR"] = 30,
        ["SYS"] = 31,
        ["RTMIN"] = RealTimeFirst,
        ["RTMAX"] = RealTimeLast,
    };

    /// <summary>Reads <c>9</c>, <c>KILL</c>, <c>SIGKILL</c>, <c>RTMIN+3</c>; <see langword="null"/> where it names none.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number is > 0 and <= RealTimeLast ? number : null;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        if (Numbers.TryGetValue(name, out number))
            return number;
        if (name.Length < 7 || !int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return null;
        number = name[..6].ToUpperInvariant() switch
        {
            "RTMIN+" => RealTimeFirst + offset,
            "RTMAX-" => RealTimeLast - offset,
            _ => 0,
        };
        return number is >= RealTimeFirst and <= RealTimeLast ? number : null;
    }
}
