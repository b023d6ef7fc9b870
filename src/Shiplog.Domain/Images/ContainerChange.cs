using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>
/// A Dockerfile instruction that <c>commit -c</c> applies to a configuration: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL,
/// ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR.
/// </summary>
public static class ContainerChange
{
    /// <summary>Applies one instruction.</summary>
    /// <param name="changed">The configuration after it; as before where it is refused.</param>
    public static bool TryApply(
        string instruction, ContainerConfig config, out ContainerConfig changed, [NotNullWhen(false)] out Refusal? refusal)
    {
        changed = config;
        var text = instruction.Trim();
        var space = text.AsSpan().IndexOfAny(' ', '\t');
        var keyword = (space < 0 ? text : text[..space]).ToUpperInvariant();
        var rest = space < 0 ? "" : text[space..].Trim();
        if (Applied(keyword, rest, config) is not var (next, error))
            refusal = new Refusal(RefusalKind.Invalid, $"{keyword.ToLowerInvariant()} is not a valid change command");
        else if (error is not null)
            refusal = new Refusal(RefusalKind.Invalid, $"{keyword}: {error}");
        else
        {
            changed = next;
            refusal = null;
        }
        return refusal is null;
    }

    private static (ContainerConfig, string?)? Applied(string keyword, string rest, ContainerConfig config) => keyword switch
    {
        "CMD" => (config with { Cmd = Program(rest) }, null),
        // As in a Dockerfile, a new entrypoint makes an inherited command meaningless.
        "ENTRYPOINT" => (config with { Entrypoint = Program(rest), Cmd = [] }, Missing(rest)),
        "ENV" => Pairs(rest, config, (c, name, value) => c with { Env = Set(c.Env, name, value) }),
        "LABEL" => Pairs(rest, config, (c, name, value) => c with { Labels = new(c.Labels) { [name] = value } }),
        "USER" => (config with { User = Single(rest, config) }, Missing(rest)),
        "STOPSIGNAL" => StopSignal(Single(rest, config), config),
        "WORKDIR" => (config with { WorkingDir = Resolve(config.WorkingDir, Single(rest, config)) }, Missing(rest)),
        "EXPOSE" => Expose(rest, config),
        "HEALTHCHECK" => HealthInstruction.Parse(rest, JsonForm) is var (check, fault) && check is not null ? (config with { Healthcheck = check }, null) : (config, fault),
        "ONBUILD" => (config with { OnBuild = [.. config.OnBuild ?? [], rest] }, Untriggered(rest)),
        "VOLUME" => (config with { Volumes = [.. config.Volumes.Union(Volumes(rest, config))] }, Missing(rest)),
        _ => null,
    };

    /// <summary>Why an instruction is none that a build could be told to begin with.</summary>
    private static string? Untriggered(string trigger) => trigger.Split([' ', '\t'], 2)[0].ToUpperInvariant() switch
    {
        "" => Missing(trigger),
        "ONBUILD" => "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        "FROM" or "MAINTAINER" => $"{trigger.Split([' ', '\t'], 2)[0].ToUpperInvariant()} isn't allowed as an ONBUILD trigger",
        _ => null,
    };

    private static string? Missing(string rest) => rest is "" ? "it needs an argument" : null;

    /// <summary>The JSON form is taken as it is; anything else is for a shell.</summary>
    private static string[] Program(string rest) => JsonForm(rest) ?? (rest is "" ? [] : ["/bin/sh", "-c", rest]);

    private static string[]? JsonForm(string rest)
    {
        if (!rest.StartsWith('['))
            return null;
        try
        {
            using var json = JsonDocument.Parse(rest);
            return json.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
                ? [.. json.RootElement.EnumerateArray().Select(e => e.GetString()!)]
                : null;
        }
        catch (JsonException)
        {
            // By the Dockerfile's rules what looks like JSON and is none is a shell's line.
            return null;
        }
    }

    private static string Single(string rest, ContainerConfig config) => Words.Expand(rest, config.Env);

    private static (ContainerConfig, string?) Pairs(
        string rest, ContainerConfig config, Func<ContainerConfig, string, string, ContainerConfig> set)
    {
        var words = Words.Split(rest);
        if (words is [])
            return (config, Missing(rest));
        // The older form: a name, a blank, and all the rest is the value.
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var blank = rest.AsSpan().IndexOfAny(' ', '\t');
            return blank < 0
                ? (config, $"{rest} must have a value: name=value")
                : (set(config, rest[..blank], Words.Expand(rest[blank..].Trim(), config.Env)), null);
        }
        var before = config.Env;
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                return (config, $"cannot read {word}: name=value is needed");
            config = set(config, Words.Expand(word[..equals], before), Words.Expand(word[(equals + 1)..], before));
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

    private static IEnumerable<string> Volumes(string rest, ContainerConfig config) =>
        JsonForm(rest) ?? Words.Split(rest).Select(w => Words.Expand(w, config.Env));

    private static (ContainerConfig, string?) Expose(string rest, ContainerConfig config)
    {
        var ports = new List<string>(config.ExposedPorts);
        foreach (var word in Words.Split(rest).Select(w => Words.Expand(w, config.Env)))
        {
            var (range, protocol) = word.Split('/') switch { [var r] => (r, "tcp"), [var r, var p] => (r, p), _ => ("", "") };
            var (first, last) = range.Split('-') switch { [var one] => (one, one), [var a, var b] => (a, b), _ => ("", "") };
            if (protocol is not ("tcp" or "udp" or "sctp") || Port(first) is not { } from || Port(last) is not { } to || from > to)
                return (config, $"invalid containerPort: {word}");
            ports.AddRange(Enumerable.Range(from, to - from + 1).Select(p => $"{p}/{protocol}"));
        }
        return (config with { ExposedPorts = [.. ports.Distinct()] }, Missing(rest));
    }

    private static int? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
