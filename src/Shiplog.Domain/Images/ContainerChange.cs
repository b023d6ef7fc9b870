using System.Diagnostics.CodeAnalysis;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>
/// A Dockerfile instruction that <c>commit -c</c> and a build apply to a configuration: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL,
/// ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR.
/// </summary>
public static class ContainerChange
{
    private static readonly string[] DefaultShell = ["/bin/sh", "-c"];

    /// <summary>Applies one instruction.</summary>
    /// <param name="changed">The configuration after it; as before where it is refused.</param>
    /// <param name="escape">The Dockerfile's escape character.</param>
    /// <param name="args">Variables that are visible beside the configuration's own, which hide them.</param>
    /// <param name="shell">What runs a program that is not in JSON form; absent for <c>/bin/sh -c</c>.</param>
    /// <param name="keepCommand">A new entrypoint leaves the command, which is no inherited one.</param>
    public static bool TryApply(
        string instruction, ContainerConfig config, out ContainerConfig changed, [NotNullWhen(false)] out Refusal? refusal,
        char escape = '\\', IReadOnlyDictionary<string, string>? args = null, string[]? shell = null, bool keepCommand = false)
    {
        var text = instruction.Trim();
        var space = text.AsSpan().IndexOfAny(" \t\v\f\r");
        var keyword = (space < 0 ? text : text[..space]).ToUpperInvariant();
        var (flags, rest) = InstructionFlags.Split(space < 0 ? "" : text[space..], escape);
        var change = new Change(keyword, flags, rest.Trim(), config, escape, Words.Variables(config.Env, args), shell ?? DefaultShell, keepCommand);
        var known = Applied(change);
        var fault = known is not var (_, error) ? $"{keyword.ToLowerInvariant()} is not a valid change command" : error ?? InstructionFlags.Fault(keyword, flags);
        changed = known is null || fault is not null ? config : known.Value.Config;
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, fault);
        return refusal is null;
    }

    /// <summary>An instruction on its way into a configuration.</summary>
    private sealed record Change(
        string Keyword, InstructionFlag[] Flags, string Rest, ContainerConfig Config, char Escape, Func<string, string?> Variables, string[] Shell,
        bool KeepCommand)
    {
        public (ContainerConfig, string?) Refused(string fault) => (Config, fault);
    }

    private static (ContainerConfig Config, string? Fault)? Applied(Change change) => change.Keyword switch
    {
        "CMD" => Program(change, words => change.Config with { Cmd = words }),
        "ENTRYPOINT" when change.Rest is "" => change.Refused("ENTRYPOINT requires at least one argument"),
        // As in a Dockerfile, a new entrypoint makes an inherited command meaningless.
        "ENTRYPOINT" => Program(change, words => change.Config with { Entrypoint = words, Cmd = change.KeepCommand ? change.Config.Cmd : [] }),
        "ENV" => Pairs(change, (c, name, value) => c with { Env = Set(c.Env, name, value) }),
        "LABEL" => Pairs(change, (c, name, value) => c with { Labels = new(c.Labels) { [name] = value } }),
        "USER" => Single(change, user => (change.Config with { User = user }, null)),
        "STOPSIGNAL" => Single(change, signal => StopSignal(signal, change.Config)),
        "WORKDIR" => Single(change, path => (change.Config with { WorkingDir = Resolve(change.Config.WorkingDir, path) }, null)),
        "EXPOSE" => Expose(change),
        "HEALTHCHECK" => Healthcheck(change),
        "ONBUILD" => Untriggered(change.Rest) is { } fault
            ? change.Refused(fault)
            : (change.Config with { OnBuild = [.. change.Config.OnBuild ?? [], change.Rest] }, null),
        "VOLUME" => Volumes(change),
        _ => null,
    };

    /// <summary>Why an instruction is none that a build could be told to begin with.</summary>
    /// <returns>In Docker's words; <see langword="null"/> where it is one.</returns>
    internal static string? Untriggered(string trigger) => trigger.Split([' ', '\t', '\v', '\f', '\r'], 2)[0].ToUpperInvariant() switch
    {
        "" => "ONBUILD requires at least one argument",
        "ONBUILD" => "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        var keyword and ("FROM" or "MAINTAINER") => $"{keyword} isn't allowed as an ONBUILD trigger",
        _ => null,
    };

    /// <summary>The JSON form is taken as it is; anything else is for a shell.</summary>
    private static (ContainerConfig, string?) Program(Change change, Func<string[], ContainerConfig> set) =>
        !JsonForm.TryRead(change.Rest, out var words, out var fault) ? change.Refused(fault)
        : (set(words ?? (change.Rest is "" ? [] : [.. change.Shell, change.Rest])), null);

    private static (ContainerConfig, string?) Healthcheck(Change change)
    {
        var (check, fault) = HealthInstruction.Parse(change.Flags, change.Rest);
        if (check is null)
            return change.Refused(fault!);
        return (change.Config with { Healthcheck = check }, null);
    }

    private static (ContainerConfig, string?) Single(Change change, Func<string, (ContainerConfig, string?)> set) =>
        change.Rest is "" ? change.Refused($"{change.Keyword} requires exactly one argument")
        : Words.TryExpand(change.Rest, change.Variables, change.Escape, out var value, out var fault) ? set(value)
        : change.Refused(fault);

    private static (ContainerConfig, string?) Pairs(Change change, Func<ContainerConfig, string, string, ContainerConfig> set)
    {
        if (!NameValues.TryRead(change.Keyword, change.Rest, change.Escape, out var pairs, out var fault))
            return change.Refused(fault);
        var config = change.Config;
        foreach (var pair in pairs)
        {
            if (!Words.TryExpand(pair.Name, change.Variables, change.Escape, out var name, out fault) ||
                !Words.TryExpand(pair.Value, change.Variables, change.Escape, out var value, out fault))
                return change.Refused(fault);
            if (name is "")
                return change.Refused($"{change.Keyword} names can not be blank");
            config = set(config, name, value);
        }
        return (config, null);
    }

    private static string[] Set(string[] env, string name, string value)
    {
        var entry = $"{name}={value}";
        var at = Array.FindIndex(env, e => e.StartsWith(name + "=", StringComparison.Ordinal) || e == name);
        return at < 0 ? [.. env, entry] : [.. env[..at], entry, .. env[(at + 1)..]];
    }

    private static (ContainerConfig, string?) StopSignal(string signal, ContainerConfig config) =>
        UnixSignal.TryParse(signal, out _) ? (config with { StopSignal = signal }, null) : (config, $"invalid signal: {signal}");

    private static string Resolve(string present, string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{present}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    private static (ContainerConfig, string?) Volumes(Change change)
    {
        if (!JsonForm.TryRead(change.Rest, out var words, out var fault))
            return change.Refused(fault);
        var volumes = new List<string>(change.Config.Volumes);
        foreach (var word in words ?? change.Rest.Split([' ', '\t', '\v', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Trim() is "")
                return change.Refused("VOLUME specified can not be an empty string");
            if (!Words.TryExpand(word.Trim(), change.Variables, change.Escape, out var volume, out fault))
                return change.Refused(fault);
            volumes.Add(volume);
        }
        return change.Rest is "" || words is []
            ? change.Refused("VOLUME requires at least one argument")
            : (change.Config with { Volumes = [.. volumes.Distinct()] }, null);
    }

    private static (ContainerConfig, string?) Expose(Change change) =>
        change.Rest is "" ? change.Refused("EXPOSE requires at least one argument")
        : !Words.TryExpandAll(change.Rest, change.Variables, change.Escape, out var words, out var fault) ? change.Refused(fault)
        : ExposedPorts.TryRead(words, out var ports, out fault) ? (change.Config with { ExposedPorts = [.. change.Config.ExposedPorts.Union(ports)] }, null)
        : change.Refused(fault);
}
