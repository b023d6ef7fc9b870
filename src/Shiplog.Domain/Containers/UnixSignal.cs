using System.Collections.Frozen;
using System.Globalization;

namespace Shiplog.Domain.Containers;

/// <summary>Linux's signals by name and number (signal(7), x86 and ARM).</summary>
public static class UnixSignal
{
    private const int Last = 64, RealTimeFirst = 34;

    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
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
        ["RTMAX"] = Last,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads <c>SIGTERM</c>, <c>term</c>, <c>15</c>, <c>RTMIN+3</c>, <c>RTMAX-1</c>.</summary>
    public static bool TryParse(string text, out int number)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return number is > 0 and <= Last;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        if (Numbers.TryGetValue(name, out number))
            return true;
        if (name.Length < 7 || !Numbers.TryGetValue(name[..5], out number) || name[5] is not ('+' or '-') ||
            !int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset > Last)
            return false;
        number += name[5] == '+' ? offset : -offset;
        return number is >= RealTimeFirst and <= Last;
    }

    internal static Decision Refuse(string text) => Decision.Refuse(RefusalKind.Invalid, $"invalid signal: {text}");
}
