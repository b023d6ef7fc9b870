using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Worker.Runtime;

/// <summary>A seccomp profile as the containers-common package ships it (the form that Docker's profiles have too).</summary>
internal sealed record SeccompProfile(
    string DefaultAction, uint? DefaultErrnoRet, SeccompArchitecture[]? ArchMap, SeccompRule[] Syscalls)
{
    /// <exception cref="InvalidDataException">The file is not such a profile.</exception>
    public static SeccompProfile Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SeccompJson.Default.SeccompProfile)
                ?? throw new InvalidDataException($"{name}: the seccomp profile is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>The rules that hold for a container with these capabilities on this machine.</summary>
    public OciSeccomp For(IReadOnlyCollection<string> capabilities, Architecture machine)
    {
        var (arch, name) = machine switch
        {
            Architecture.X64 => ("amd64", "SCMP_ARCH_X86_64"),
            Architecture.Arm64 => ("arm64", "SCMP_ARCH_AARCH64"),
            _ => throw new PlatformNotSupportedException($"no seccomp architecture is known for {machine}"),
        };
        var own = ArchMap?.FirstOrDefault(a => a.Architecture == name);
        return new OciSeccomp(
            DefaultAction,
            DefaultErrnoRet,
            [name, .. own?.SubArchitectures ?? []],
            [.. Syscalls
                .Where(r => r.Includes is null || r.Includes.Holds(capabilities, arch))
                .Where(r => r.Excludes is null || !r.Excludes.Touches(capabilities, arch))
                .Select(r => new OciSyscall(r.Names, r.Action, r.ErrnoRet, r.Args is { Length: > 0 } ? r.Args : null))]);
    }
}

internal sealed record SeccompArchitecture(string Architecture, string[]? SubArchitectures);

internal sealed record SeccompRule(
    string[] Names, string Action, uint? ErrnoRet, OciSyscallArg[]? Args, SeccompFilter? Includes, SeccompFilter? Excludes);

/// <summary>When a rule holds.</summary>
internal sealed record SeccompFilter(string[]? Caps, string[]? Arches)
{
    /// <summary>As <c>includes</c>: every capability is there, and the architecture is one of those named.</summary>
    public bool Holds(IReadOnlyCollection<string> capabilities, string arch) =>
        (Caps ?? []).All(capabilities.Contains) && (Arches is not { Length: > 0 } || Arches.Contains(arch));

    /// <summary>As <c>excludes</c>: any of the capabilities is there, or the architecture is named.</summary>
    public bool Touches(IReadOnlyCollection<string> capabilities, string arch) =>
        (Caps ?? []).Any(capabilities.Contains) || (Arches ?? []).Contains(arch);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SeccompProfile))]
internal sealed partial class SeccompJson : JsonSerializerContext;
