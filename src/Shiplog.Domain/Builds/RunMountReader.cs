using System.Globalization;
using System.Text.RegularExpressions;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>Takes the fields of a mount one by one; some depend on the type, which must then come before them.</summary>
internal sealed partial class RunMountReader
{
    private static readonly string[] Types = ["bind", "cache", "tmpfs", "secret", "ssh"];
    private static readonly string[] Sharings = ["shared", "private", "locked"];
    private static readonly string[] Keys =
    [
        "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid", "src", "dst", "destination", "ro",
        "rw", "readwrite", "env",
    ];

    private RunMount _mount = new("bind", null, null, null, true, 0, null, null, false, null, null, null, null);
    private bool? _readOnly;

    private bool IsPassedIn => _mount.Type is "secret" or "ssh";

    /// <param name="value">Absent where the field has no <c>=</c>.</param>
    /// <param name="field">As it is written, for the message.</param>
    /// <returns>Why it cannot be so, in BuildKit's words.</returns>
    public string? Take(string key, string? value, string field) => (key, value) switch
    {
        ("readonly" or "ro" or "readwrite" or "rw" or "required", null) => Switch(key, "true"),
        (_, null) => $"invalid field '{field}' must be a key=value pair",
        ("readonly" or "ro" or "readwrite" or "rw" or "required", _) => Switch(key, value),
        ("type", _) => Types.Contains(value.ToLowerInvariant())
            ? Set(_mount with { Type = value.ToLowerInvariant() }) : $"unsupported mount type {Words.Quoted(value)}{Suggestion.For(value, Types)}",
        ("from", _) => Set(_mount with { From = value }),
        ("source" or "src", _) => Set(_mount with { Source = value }),
        ("target" or "dst" or "destination", _) => Set(_mount with { Target = value }),
        ("size", _) when _mount.Type is not "tmpfs" => Unexpected(key),
        ("size", _) => Bytes(value) is { } size ? Set(_mount with { Size = size }) : $"invalid value for {key}: {value}",
        ("id", _) => Set(_mount with { Id = value }),
        ("sharing", _) => Sharings.Contains(value.ToLowerInvariant())
            ? Set(_mount with { Sharing = value.ToLowerInvariant() }) : $"unsupported sharing value {Words.Quoted(value)}{Suggestion.For(value, Sharings)}",
        ("mode", _) => Octal(value) is { } mode ? Set(_mount with { Mode = mode }) : $"invalid value {value} for mode",
        ("uid", _) => Number(value) is { } uid ? Set(_mount with { Uid = uid }) : $"invalid value {value} for uid",
        ("gid", _) => Number(value) is { } gid ? Set(_mount with { Gid = gid }) : $"invalid value {value} for gid",
        ("env", _) => Set(_mount with { Env = value }),
        _ => $"unexpected key '{key}' in '{field}'{Suggestion.For(key, Keys)}",
    };

    /// <returns>Why the fields do not go together.</returns>
    public string? Finish(out RunMount mount)
    {
        mount = _mount with { ReadOnly = _readOnly ?? _mount.Type is not ("cache" or "tmpfs") };
        var of = mount.Type;
        return (of is "bind" or "tmpfs", mount) switch
        {
            (true, { Mode: not null }) => $"mode not allowed for \"{of}\" type mounts",
            (true, { Uid: not null }) => $"uid not allowed for \"{of}\" type mounts",
            (true, { Gid: not null }) => $"gid not allowed for \"{of}\" type mounts",
            (_, { Type: "secret", From.Length: > 0 }) => "secret mount should not have a from",
            (_, { Type: "secret", Sharing: not null }) => "secret mount should not define sharing",
            (_, { Type: "secret", Source: null or "", Target: null or "", Id: null or "" }) => "invalid secret mount. one of source, target required",
            (_, { Type: "secret", Source.Length: > 0, Id.Length: > 0 }) => "both source and id can't be set",
            (_, { Type: not "cache", Sharing: not null }) => $"invalid cache sharing set for {of} mount",
            // It would hide the whole image.
            (_, { Type: "bind" or "cache" or "tmpfs", Target.Length: > 0 }) when PathPattern.Clean(mount.Target) is "/" => "invalid mount target \"/\"",
            _ => null,
        };
    }

    private string? Set(RunMount mount)
    {
        _mount = mount;
        return null;
    }

    private string? Switch(string key, string value)
    {
        if (key is "required" && !IsPassedIn)
            return Unexpected(key);
        // The words that Go's ParseBool knows.
        bool? on = value switch
        {
            "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
            "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
            _ => null,
        };
        if (on is not { } given)
            return $"invalid value for {key}: {value}";
        if (key is "required")
            return Set(_mount with { Required = given });
        _readOnly = key is "readonly" or "ro" ? given : !given;
        return null;
    }

    private string Unexpected(string key) => $"unexpected key '{key}' for mount type '{_mount.Type}'";

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static uint? Octal(string text) =>
        text is { Length: > 0 and <= 11 } && text.All(c => c is >= '0' and <= '7') &&
        text.Aggregate(0UL, (sum, c) => sum * 8 + (ulong)(c - '0')) is <= uint.MaxValue and var mode
            ? (uint)mode : null;

    /// <summary>A size as Docker's tools write it, in powers of 1024: <c>64m</c>, <c>1.5GiB</c>.</summary>
    private static long? Bytes(string text)
    {
        if (Size().Match(text) is not { Success: true } match)
            return null;
        var power = "kmgtp".IndexOf(match.Groups["unit"].Value.ToLowerInvariant(), StringComparison.Ordinal) + (match.Groups["unit"].Value is "" ? 0 : 1);
        var size = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * (1L << (10 * power));
        return size > long.MaxValue ? null : (long)size;
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,12}(\.[0-9]{1,9})?) ?(?<unit>[kmgtp]?)(i?b)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Size();
}
