using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Execs;

/// <summary>What the runtime is told to run, as data.</summary>
internal static class ExecSpec
{
    /// <summary>The container's own process, from its bundle.</summary>
    public static OciProcess Own(string bundle) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(bundle, "config.json")), ExecSpecJson.Default.OciBundle)!.Process;

    /// <param name="own">The container's own process: what is not said otherwise here is as there.</param>
    /// <param name="container">What the container was ordered with.</param>
    /// <param name="user">Whom the exec runs as.</param>
    /// <param name="all">Every capability that can be given to a privileged one.</param>
    public static OciProcess Plan(OciProcess own, ContainerProcess container, ExecProcess exec, ContainerUser user, string[] all) => own with
    {
        Terminal = exec.Tty,
        ConsoleSize = exec is { Tty: true, ConsoleWidth: > 0, ConsoleHeight: > 0 } ? new OciConsoleSize(exec.ConsoleHeight, exec.ConsoleWidth) : null,
        User = new OciUser(user.Uid, user.Gid, user.Groups),
        Args = exec.Args,
        Env = OciConfig.Environment(container with { Tty = exec.Tty, Env = Merge(container.Env, exec.Env) }, user),
        Cwd = exec.WorkingDirectory,
        Capabilities = OciConfig.CapabilitiesFor(user, exec.Privileged ? all : own.Capabilities.Bounding),
    };

    public static byte[] Serialize(OciProcess process) => JsonSerializer.SerializeToUtf8Bytes(process, ExecSpecJson.Default.OciProcess);

    /// <summary>The later ones win, in the earlier ones' places; a bare name says that the variable is to be left out.</summary>
    private static string[] Merge(string[] own, string[] additional)
    {
        var merged = own.ToList();
        foreach (var variable in additional)
        {
            var at = merged.FindIndex(m => OciConfig.NameOf(m) == OciConfig.NameOf(variable));
            if (at < 0)
                merged.Add(variable);
            else
                merged[at] = variable;
        }

        return [.. merged];
    }
}

/// <summary>What of a bundle's config.json matters here.</summary>
internal sealed record OciBundle(OciProcess Process);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OciBundle))]
[JsonSerializable(typeof(OciProcess))]
internal sealed partial class ExecSpecJson : JsonSerializerContext;
