using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Worker.Runtime;

/// <summary>A seccomp profile as the containers-common package ships it (the form that Docker's profiles have too).</summary>
internal sealed record SeccompProfile(
    string DefaultAction, uint? DefaultErrnoRet, SeccompArchitecture[]? ArchMap, SeccompRule[]? Syscalls)
{
    /// <summary>The old way to name architectures, instead of the map.</summary>
    public string[]? Architectures { get; init; }

    /// <summary>Flags of seccomp(2), which the compiled filter does not carry.</summary>
    public string[]? Flags { get; init; }

    /// <exception cref="InvalidDataException">The file is not such a profile.</exception>
    public static SeccompProfile Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            var profile = JsonSerializer.Deserialize(json, SeccompJson.Default.SeccompProfile);
            if (profile?.DefaultAction is null)
                throw new InvalidDataException($"{name} has no defaultAction");
            if (profile is { Architectures.Length: > 0, ArchMap.Length: > 0 })
                throw new InvalidDataException($"{name}: 'architectures' and 'archMap' were specified, use either of them");
            if (profile.Flags is { Length: > 0 })
                throw new InvalidDataException($"{name}: flags ({string.Join(", ", profile.Flags)}) are not supported");
            return profile;
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
            Architectures is { Length: > 0 } old ? old : [name, .. own?.SubArchitectures ?? []],
            [.. (Syscalls ?? [])
                .Where(r => r.Includes is null || r.Includes.Holds(capabilities, arch))
                .Where(r => r.Excludes is null || !r.Excludes.Touches(capabilities, arch))
                .Select(r => new OciSyscall(r.AllNames, r.Action, r.ErrnoRet, r.Args is { Length: > 0 } ? r.Args : null))]);
    }
}

internal sealed record SeccompArchitecture(string Architecture, string[]? SubArchitectures);

internal sealed record SeccompRule(
    string[]? Names, string Action, uint? ErrnoRet, OciSyscallArg[]? Args, SeccompFilter? Includes, SeccompFilter? Excludes)
{
    /// <summary>The old way to name a single one.</summary>
    public string? Name { get; init; }

    public string[] AllNames => Names ?? (Name is null ? [] : [Name]);
}

/// <summary>When a rule holds.</summary>
internal sealed record SeccompFilter(string[]? Caps, string[]? Arches)
{
    /// <summary>The kernel that a rule is for: <c>4.8</c>.</summary>
    public string? MinKernel { get; init; }

    /// <summary>As <c>includes</c>: every capability is there, and the architecture is one of those named.</summary>
    public bool Holds(IReadOnlyCollection<string> capabilities, string arch) =>
        (Caps ?? []).All(capabilities.Contains) && (Arches is not { Length: > 0 } || Arches.Contains(arch))
        && (!Version.TryParse(MinKernel, out var least) || Environment.OSVersion.Version >= least);

    /// <summary>As <c>excludes</c>: any of the capabilities is there, or the architecture is named.</summary>
    public bool Touches(IReadOnlyCollection<string> capabilities, string arch) =>
        (Caps ?? []).Any(capabilities.Contains) || (Arches ?? []).Contains(arch);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SeccompProfile))]
internal sealed partial class SeccompJson : JsonSerializerContext;
