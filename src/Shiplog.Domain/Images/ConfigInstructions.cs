using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>
/// The Dockerfile instructions that lead from one image's configuration to another's: the reverse of <see cref="ContainerChange"/>.
/// </summary>
public static class ConfigInstructions
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In an order in which they can be applied; a comment for what no instruction can say, since none takes anything away.</summary>
    public static IEnumerable<string> Between(ContainerConfig from, ContainerConfig to)
    {
        foreach (var variable in to.Env.Except(from.Env))
            yield return variable.Split('=', 2) is [var name, var value] ? OnOneLine($"ENV {Quoted(name)}={Quoted(value)}") : $"# ENV {variable} has no value";
        foreach (var gone in from.Env.Select(NameOf).Except(to.Env.Select(NameOf)))
            yield return $"# without ENV {gone}";
        foreach (var (name, value) in to.Labels.Where(l => !from.Labels.TryGetValue(l.Key, out var before) || before != l.Value))
            yield return OnOneLine($"LABEL {Quoted(name)}={Quoted(value)}");
        foreach (var gone in from.Labels.Keys.Except(to.Labels.Keys))
            yield return OnOneLine($"# without LABEL {gone}");
        if (to.ExposedPorts.Except(from.ExposedPorts).ToArray() is { Length: > 0 } ports)
            yield return "EXPOSE " + string.Join(' ', ports);
        foreach (var gone in from.ExposedPorts.Except(to.ExposedPorts))
            yield return $"# without EXPOSE {gone}";
        if (to.Volumes.Except(from.Volumes).ToArray() is { Length: > 0 } volumes)
            yield return "VOLUME " + Array([.. volumes.Select(Quoted)]);
        foreach (var gone in from.Volumes.Except(to.Volumes))
            yield return OnOneLine($"# without VOLUME {gone}");
        foreach (var line in Single("WORKDIR", from.WorkingDir, to.WorkingDir).Concat(Single("USER", from.User, to.User))
            .Concat(Single("STOPSIGNAL", from.StopSignal ?? "", to.StopSignal ?? "")))
            yield return line;
        if (to.Healthcheck is { } check && !Same(check, from.Healthcheck))
            yield return OnOneLine(HealthInstruction.Write(check, Array));
        else if (to.Healthcheck is null && from.Healthcheck is not null)
            yield return "# without HEALTHCHECK";
        foreach (var line in Programs(from, to).Concat(Triggers(from.OnBuild ?? [], to.OnBuild ?? [])))
            yield return line;
    }

    private static IEnumerable<string> Programs(ContainerConfig from, ContainerConfig to)
    {
        var (entrypoint, command) = (to.Entrypoint ?? [], from.Cmd);
        if (!entrypoint.SequenceEqual(from.Entrypoint ?? []))
        {
            yield return "ENTRYPOINT " + Array(entrypoint);
            command = [];
        }
        if (!to.Cmd.SequenceEqual(command))
            yield return "CMD " + Array(to.Cmd);
    }

    private static IEnumerable<string> Triggers(string[] from, string[] to)
    {
        // They are for the next build, which takes them all: what is not the last image's is gone.
        var kept = to.AsSpan().StartsWith(from);
        if (!kept)
            yield return "# without the ONBUILD of the image below";
        foreach (var trigger in to.Skip(kept ? from.Length : 0))
            yield return OnOneLine("ONBUILD " + trigger);
    }

    private static IEnumerable<string> Single(string keyword, string from, string to)
    {
        if (from == to)
            yield break;
        yield return to is "" ? $"# without {keyword}" : OnOneLine($"{keyword} {Quoted(to)}");
    }

    private static bool Same(Healthcheck a, Healthcheck? b) => b is not null && a with { Test = b.Test } == b && a.Test.SequenceEqual(b.Test);

    private static string NameOf(string variable) => variable.Split('=', 2)[0];

    private static string Array(string[] words) => JsonSerializer.Serialize(words, Json);

    private static string Quoted(string value) =>
        value is not "" && value.All(IsPlain) && !value.StartsWith("--", StringComparison.Ordinal)
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal)}\"";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or ',' or '+' or '@' or '%';

    // An instruction ends with its line, whatever its quotes say.
    private static string OnOneLine(string line) =>
        line.AsSpan().IndexOfAny('\n', '\r') < 0 ? line : string.Create(CultureInfo.InvariantCulture, $"# holds a line break, which an instruction cannot: {Array([line])}");
}
