using System.Globalization;
using System.Text.RegularExpressions;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary><c>HEALTHCHECK [--interval=30s …] CMD …</c>, or <c>NONE</c>, as a Dockerfile has it (Dockerfile reference, "HEALTHCHECK").</summary>
internal static partial class HealthInstruction
{
    private const decimal Millisecond = 1_000_000;

    /// <param name="rest">What comes after keyword and flags.</param>
    /// <returns>The check; why there is none, in Docker's words.</returns>
    public static (Healthcheck? Check, string? Fault) Parse(InstructionFlag[] flags, string rest)
    {
        var blank = rest.AsSpan().IndexOfAny(" \t\v\f\r");
        var (kind, argument) = blank < 0 ? (rest.ToUpperInvariant(), "") : (rest[..blank].ToUpperInvariant(), rest[blank..].Trim());
        if (kind is "" or "NONE")
        {
            return kind is "" ? (null, "HEALTHCHECK requires at least one argument")
                : argument is "" ? (new Healthcheck(["NONE"], 0, 0, 0, 0, 0), null)
                : (null, "HEALTHCHECK NONE takes no arguments");
        }
        if (!JsonForm.TryRead(argument, out var words, out var fault) || (fault = InstructionFlags.Fault("HEALTHCHECK", flags)) is not null)
            return (null, fault);
        if (kind is not "CMD")
            return (null, $"Unknown type \"{kind}\" in HEALTHCHECK (try CMD)");
        if (argument is "" || words is [])
            return (null, "Missing command after HEALTHCHECK CMD");
        var check = new Healthcheck(words is null ? ["CMD-SHELL", argument] : ["CMD", .. words], 0, 0, 0, 0, 0);
        foreach (var flag in flags)
        {
            (check, fault) = With(check, flag.Name, flag.Value ?? "");
            if (fault is not null)
                return (null, fault);
        }
        return (check, null);
    }

    /// <summary>The instruction that <see cref="Parse"/> reads so.</summary>
    /// <param name="array">Writes a program in its JSON form.</param>
    public static string Write(Healthcheck check, Func<string[], string> array)
    {
        var times = new (string Name, long Nanoseconds)[]
        {
            ("interval", check.Interval), ("timeout", check.Timeout), ("start-period", check.StartPeriod), ("start-interval", check.StartInterval),
        };
        var flags = string.Concat(times.Where(t => t.Nanoseconds != 0).Select(t => $"--{t.Name}={Duration(t.Nanoseconds)} "));
        if (check.Retries != 0)
            flags += string.Create(CultureInfo.InvariantCulture, $"--retries={check.Retries} ");
        return "HEALTHCHECK " + check.Test switch
        {
            ["NONE"] => "NONE",
            ["CMD-SHELL", .. var line] => $"{flags}CMD {string.Join(' ', line)}",
            ["CMD", .. var program] => $"{flags}CMD {array(program)}",
            var other => $"{flags}CMD {array(other)}",
        };
    }

    private static string Duration(long nanoseconds) => (nanoseconds % 1_000_000_000, nanoseconds % 1_000_000) switch
    {
        (0, _) => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000_000}s"),
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000}ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds}ns"),
    };

    private static (Healthcheck Check, string? Fault) With(Healthcheck check, string name, string value)
    {
        if (name is "retries" && value is not "")
        {
            return !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retries) ? (check, $"invalid --retries: \"{value}\"")
                : retries < 0 ? (check, $"--retries cannot be negative ({retries})")
                : (check with { Retries = retries }, null);
        }
        if (Nanoseconds(value) is not { } time)
            return (check, UnknownUnit().Match(value) is { Success: true } m ? $"time: unknown unit \"{m.Groups[1].Value}\" in duration \"{value}\"" : $"time: invalid duration \"{value}\"");
        if (time is not 0 and < (long)Millisecond)
            return (check, $"Interval \"{name}\" cannot be less than 1ms");
        return (name switch
        {
            "interval" => check with { Interval = time },
            "timeout" => check with { Timeout = time },
            "start-period" => check with { StartPeriod = time },
            "start-interval" => check with { StartInterval = time },
            _ => check,
        }, null);
    }

    /// <summary>A length of time as Go writes it: <c>1m30s</c>, <c>1.5h</c>.</summary>
    private static long? Nanoseconds(string text)
    {
        if (text is "0" or "")
            return 0;
        if (Length().Match(text) is not { Success: true } length)
            return null;
        var sum = 0m;
        foreach (var (number, unit) in length.Groups["number"].Captures.Zip(length.Groups["unit"].Captures))
        {
            sum += decimal.Parse(number.Value, CultureInfo.InvariantCulture) * unit.Value switch
            {
                "h" => 3_600_000 * Millisecond,
                "m" => 60_000 * Millisecond,
                "s" => 1_000 * Millisecond,
                "ms" => Millisecond,
                "ns" => 1,
                _ => 1_000,
            };
        }
        return sum > long.MaxValue ? null : text[0] == '-' ? -(long)sum : (long)sum;
    }

    [GeneratedRegex("^[0-9.]+([A-Za-z]+)$")]
    private static partial Regex UnknownUnit();

    [GeneratedRegex(@"^[+-]?((?<number>[0-9]{1,12}(\.[0-9]{1,9})?)(?<unit>ns|us|µs|ms|[hms]))+\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Length();
}
