using System.Globalization;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Log drivers and their options.</summary>
public static class LogRules
{
    private const string Prefix = "failed to initialize logging driver: ";
    private const long LocalSize = 20 * 1024 * 1024;
    private const int LocalFiles = 5;

    // Docker's, without which theirs would be told to be misspelt.
    private static readonly string[] NotOurs = ["awslogs", "etwlogs", "fluentd", "gcplogs", "gelf", "splunk", "syslog"];
    private static readonly string[] LocalOptions = ["max-size", "max-file", "compress"];
    private static readonly string[] Options = [.. LocalOptions, "labels", "labels-regex", "env", "env-regex", "tag"];
    private static readonly string[] JournalOptions = [.. Options.Except(LocalOptions)];

    // Options of every driver: how it and a slow log wait for each other.
    private static readonly string[] Waiting = ["mode", "max-buffer-size"];

    /// <summary>How a container's log is divided into files; <see langword="null"/> where it is one without end, or none.</summary>
    public static LogRotation? Rotation(HostOptions host)
    {
        var options = host.LogOptions ?? [];
        var (size, files, compress) = (Size(options.GetValueOrDefault("max-size") ?? ""), Count(options.GetValueOrDefault("max-file")), Flag(options.GetValueOrDefault("compress")));
        return host.LogDriver switch
        {
            // Beside the journal the output is kept as the local driver keeps it: docker logs reads it there.
            "journald" => new LogRotation(LocalSize, LocalFiles, Compress: true),
            "local" => new LogRotation(size ?? LocalSize, files ?? LocalFiles, compress ?? true),
            "json-file" when size is { } most => new LogRotation(most, files ?? 1, compress ?? false),
            _ => null,
        };
    }

    internal static string? Fault(HostOptions host, HostFeatures features)
    {
        var options = host.LogOptions ?? [];
        if (!IsOurs(host.LogDriver))
            return NotOurs.Contains(host.LogDriver) ? null : $"error looking up logging plugin {host.LogDriver}: plugin \"{host.LogDriver}\" not found";
        if (OfWaiting(options) is { } fault)
            return fault;
        if (host.LogDriver is "none")
            return null;
        if (host.LogDriver is "journald" && !features.Journal)
            return Prefix + "journald is not enabled on this host";
        var known = host.LogDriver switch { "local" => LocalOptions, "journald" => JournalOptions, _ => Options };
        if (options.Keys.FirstOrDefault(k => !known.Contains(k) && !Waiting.Contains(k)) is { } unknown)
            return host.LogDriver is "local" ? $"unknown log opt '{unknown}' for log driver local" : $"unknown log opt '{unknown}' for {host.LogDriver} log driver";
        return (OfFiles(options) ?? OfCompression(host) ?? OfPatterns(options) ?? LogTag.Fault(options.GetValueOrDefault("tag") ?? "")) is { } wrong ? Prefix + wrong : null;
    }

    /// <summary>What Docker's drivers do and ours do not.</summary>
    internal static Refusal? NotBuilt(HostOptions host)
    {
        if (!IsOurs(host.LogDriver))
            return Refuse($"HostConfig.LogConfig.Type {host.LogDriver}: a log driver other than json-file, local, journald and none");
        foreach (var (name, value) in host.LogOptions ?? [])
        {
            if (name is "mode" && value is not ("" or "blocking"))
                return Refuse($"HostConfig.LogConfig.Config.mode ({value})");
            if (host.LogDriver is "journald" && (name is "labels" or "labels-regex" or "env" or "env-regex"))
                return Refuse($"HostConfig.LogConfig.Config.{name} ({value}): fields of the journal besides those of the container");
            if (name is "tag" && LogTag.IsMore(value) && host.LogDriver is not "none")
                return Refuse($"HostConfig.LogConfig.Config.tag ({value}): a template of more than fields");
        }
        return null;
    }

    private static bool IsOurs(string driver) => driver is "json-file" or "local" or "journald" or "none";

    private static string? OfWaiting(Dictionary<string, string> options)
    {
        var mode = options.GetValueOrDefault("mode") ?? "";
        return mode is not ("" or "blocking" or "non-blocking") ? $"logger: logging mode not supported: {mode}"
            : options.ContainsKey("max-buffer-size") && mode is not "non-blocking" ? "logger: max-buffer-size option is only supported with 'mode=non-blocking'"
            : null;
    }

    private static string? OfFiles(Dictionary<string, string> options)
    {
        if (options.TryGetValue("max-size", out var size) && Size(size) is not > 0)
            return Size(size) is null ? $"invalid size: '{size}'" : "max-size must be a positive number";
        if (options.TryGetValue("max-file", out var count) && Count(count) is not >= 1)
            return Count(count) is null ? $"strconv.Atoi: parsing \"{count}\": invalid syntax" : "max-file cannot be less than 1";
        return options.TryGetValue("compress", out var compress) && Flag(compress) is null ? $"strconv.ParseBool: parsing \"{compress}\": invalid syntax" : null;
    }

    private static string? OfCompression(HostOptions host) => host.LogDriver switch
    {
        "local" when Rotation(host) is { Compress: true, MaxFiles: < 2 } => "compression cannot be enabled when max file count is 1",
        "json-file" when Flag(host.LogOptions?.GetValueOrDefault("compress")) is true && Rotation(host) is not { MaxFiles: > 1 } =>
            "compress cannot be true when max-file is less than 2 or max-size is not set",
        _ => null,
    };

    private static string? OfPatterns(Dictionary<string, string> options)
    {
        foreach (var (name, pattern) in options.Where(o => o.Key.EndsWith("-regex", StringComparison.Ordinal)))
        {
            try
            {
                _ = new Regex(pattern, RegexOptions.NonBacktracking);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                return $"{name}: {pattern} is no regular expression";
            }
        }
        return null;
    }

    private static Refusal Refuse(string what) => new(RefusalKind.NotImplemented, $"{what} is not built yet");

    private static int? Count(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : null;

    // As Go reads them.
    private static bool? Flag(string? text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

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
