using System.Text.Json;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>What a container's security options mean, taken apart.</summary>
/// <param name="Seccomp">The text of a profile, or <c>unconfined</c>; <see langword="null"/> for the default one.</param>
/// <param name="WritableCgroups"><see langword="null"/> where only a privileged container's are.</param>
public sealed record SecurityMeaning(bool NoNewPrivileges, string? Seccomp, bool? WritableCgroups);

/// <summary>Docker's <c>--security-opt</c>.</summary>
public static class SecurityRules
{
    /// <summary>As Docker shows them: who is in the host's hands has no label.</summary>
    internal static SecurityOptions? Fit(HostOptions asked)
    {
        var own = asked.Security?.SecurityOpt ?? [];
        var open = asked.Security?.Privileged is true || asked.Namespaces is { Pid: "host" } or { Ipc: "host" };
        return !open || own.Any(o => o.Split('=')[0] is "label")
            ? asked.Security
            : (asked.Security ?? new SecurityOptions()) with { SecurityOpt = [.. own, "label=disable"] };
    }

    internal static string? Fault(SecurityOptions? options, HostFeatures host) =>
        options is null ? null
        : !TryRead(options.SecurityOpt ?? [], host, out _, out var fault) ? fault
        : (options.MaskedPaths ?? []).Concat(options.ReadonlyPaths ?? []).FirstOrDefault(p => !p.StartsWith('/')) is { } relative
            ? $"invalid path \"{relative}\" in MaskedPaths or ReadonlyPaths: it must be absolute"
            : null;

    /// <summary>What accepted options mean.</summary>
    public static SecurityMeaning Read(SecurityOptions? options) =>
        TryRead(options?.SecurityOpt ?? [], new HostFeatures(), out var meaning, out var fault) ? meaning : throw new InvalidOperationException(fault);

    private static bool TryRead(string[] options, HostFeatures host, out SecurityMeaning meaning, out string? fault)
    {
        meaning = new SecurityMeaning(false, null, null);
        fault = null;
        foreach (var option in options)
        {
            // A colon is the old separator; a profile's text is full of them.
            var at = option.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? equals : option.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (option, null) : (option[..at], option[(at + 1)..]);
            switch (name, value)
            {
                case ("no-new-privileges" or "writable-cgroups", _) when value is null || Flag(value) is not null:
                    var on = value is null || Flag(value) is true;
                    meaning = name is "no-new-privileges" ? meaning with { NoNewPrivileges = on } : meaning with { WritableCgroups = on };
                    break;
                case ("disable", null) or ("label", "disable") or ("apparmor", "unconfined" or ""):
                    break;
                case ("label", not null):
                    fault = $"--security-opt {option}: labels need SELinux, which {(host.SeLinux ? "Shiplog does not set up" : "this host has not got")}; leave it away or use label=disable";
                    break;
                case ("apparmor", not null):
                    fault = $"--security-opt {option}: {(host.AppArmor ? "Shiplog does not set up AppArmor" : "this host has no AppArmor")}; leave it away or use apparmor=unconfined";
                    break;
                case ("seccomp", not null):
                    fault = value is "unconfined" or "builtin" ? null : ProfileFault(value);
                    meaning = meaning with { Seccomp = value is "builtin" ? null : value };
                    break;
                default:
                    fault = $"invalid --security-opt {(value is null ? 1 : 2)}: \"{option}\"";
                    break;
            }
            if (fault is not null)
                return false;
        }
        return true;
    }

    private static bool? Flag(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    // That it is one at all; what it says is for the worker's libseccomp to judge.
    private static string? ProfileFault(string text)
    {
        try
        {
            using var profile = JsonDocument.Parse(text);
            return profile.RootElement.ValueKind is JsonValueKind.Object &&
                profile.RootElement.TryGetProperty("defaultAction", out var action) && action.ValueKind is JsonValueKind.String
                ? null
                : "Decoding seccomp profile failed: it has no defaultAction";
        }
        catch (JsonException e)
        {
            return $"Decoding seccomp profile failed: {e.Message}";
        }
    }
}
