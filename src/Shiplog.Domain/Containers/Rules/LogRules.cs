using System.Globalization;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Log drivers and their options.</summary>
public static class LogRules
{
    private const string Prefix = "failed to initialize logging driver: ";

    // Docker's, without which theirs would be told to be misspelt.
    private static readonly string[] NotOurs = ["awslogs", "etwlogs", "fluentd", "gcplogs", "gelf", "journald", "splunk", "syslog"];
    private static readonly string[] Options = ["max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag"];

    // Options of every driver: how it and a slow log wait for each other.
    private static readonly string[] Waiting = ["mode", "max-buffer-size"];

    internal static string? Fault(HostOptions host)
    {
        var options = host.LogOptions ?? [];
        if (host.LogDriver is not ("json-file" or "local" or "none"))
            return NotOurs.Contains(host.LogDriver) ? null : $"logger: no log driver named '{host.LogDriver}' is registered";
        if (host.LogDriver is "none")
            return null;
        if (options.Keys.FirstOrDefault(k => !Options.Contains(k) && !Waiting.Contains(k)) is { } unknown)
            return host.LogDriver is "local" ? $"unknown log opt '{unknown}' for log driver local" : $"unknown log opt '{unknown}' for json-file log driver";
        if (options.TryGetValue("max-size", out var size) && Size(size) is not > 0)
            return Prefix + (Size(size) is null ? $"invalid size: '{size}'" : "max-size must be a positive number");
        if (options.TryGetValue("max-file", out var count) && (!int.TryParse(count, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var files) || files < 1))
            return Prefix + (files < 1 && int.TryParse(count, out _) ? "max-file cannot be less than 1" : $"strconv.Atoi: parsing \"{count}\": invalid syntax");
        return null;
    }

    /// <summary>What Docker's drivers do and ours do not.</summary>
    internal static Refusal? NotBuilt(HostOptions host)
    {
        // The local driver keeps 5 files of 20 MB by default; nothing rotates here yet.
        if (host.LogDriver is not ("json-file" or "none"))
            return Refuse($"HostConfig.LogConfig.Type {host.LogDriver}: a log driver other than json-file and none");
        foreach (var (name, value) in host.LogDriver is "none" ? [] : host.LogOptions ?? [])
        {
            var plain = value is "" || (name is "compress" && value is "false") || (name is "mode" && value is "blocking");
            if (!plain)
                return Refuse($"HostConfig.LogConfig.Config.{name} ({value})");
        }
        return null;
    }

    private static Refusal Refuse(string what) => new(RefusalKind.NotImplemented, $"{what} is not built yet");

    /// <summary>Bytes: <c>10m</c>, in powers of ten, as Docker reads them.</summary>
    internal static long? Size(string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        var digits = lower.TrimEnd('b').TrimEnd('k', 'm', 'g', 't', 'p');
        var unit = lower[digits.Length..].TrimEnd('b') switch
        {
            "" => 1L,
            "k" => 1_000L,
            "m" => 1_000_000L,
            "g" => 1_000_000_000L,
            "t" => 1_000_000_000_000L,
            "p" => 1_000_000_000_000_000L,
            _ => 0L,
        };
        return unit > 0 && digits.Length <= 18 && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) &&
            number * unit is >= long.MinValue and <= long.MaxValue ? (long)(number * unit) : null;
    }
}
