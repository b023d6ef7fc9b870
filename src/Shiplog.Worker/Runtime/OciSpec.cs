using System.Text.Json.Serialization;

namespace Shiplog.Worker.Runtime;

// The parts of the OCI runtime specification's config.json that Shiplog uses; names and meanings are the specification's.

internal sealed record OciSpec(
    string OciVersion, OciProcess Process, OciRoot Root, string? Hostname, string? Domainname, OciMount[] Mounts,
    Dictionary<string, string> Annotations, OciLinux Linux);

internal sealed record OciProcess(
    bool Terminal, OciConsoleSize? ConsoleSize, OciUser User, string[] Args, string[] Env, string Cwd,
    OciCapabilities Capabilities, bool NoNewPrivileges)
{
    public OciRlimit[]? Rlimits { get; init; }
    public int? OomScoreAdj { get; init; }
}

internal sealed record OciRlimit(string Type, ulong Soft, ulong Hard);

internal sealed record OciConsoleSize(int Height, int Width);

internal sealed record OciUser(uint Uid, uint Gid, uint[] AdditionalGids);

internal sealed record OciCapabilities(
    string[] Bounding, string[] Effective, string[] Permitted, string[] Inheritable, string[] Ambient);

internal sealed record OciRoot(string Path, bool Readonly);

internal sealed record OciMount(string Destination, string Type, string Source, string[] Options);

internal sealed record OciLinux(
    OciNamespace[] Namespaces, string CgroupsPath, OciResources Resources, Dictionary<string, string> Sysctl,
    string[] MaskedPaths, string[] ReadonlyPaths, string? RootfsPropagation, OciSeccomp? Seccomp)
{
    public OciDevice[]? Devices { get; init; }
}

internal sealed record OciDevice(string Path, string Type, long Major, long Minor, int FileMode, uint Uid, uint Gid);

internal sealed record OciNamespace(string Type, string? Path = null);

internal sealed record OciResources(OciDeviceRule[] Devices)
{
    public OciMemory? Memory { get; init; }
    public OciCpu? Cpu { get; init; }
    public OciPids? Pids { get; init; }
    public OciBlockIO? BlockIO { get; init; }
}

internal sealed record OciMemory(long? Limit, long? Reservation, long? Swap, int? Swappiness, bool? DisableOOMKiller);

internal sealed record OciCpu(long? Shares, long? Quota, long? Period, string? Cpus, string? Mems);

internal sealed record OciPids(long Limit);

internal sealed record OciBlockIO(
    int? Weight, OciWeight[]? WeightDevice, OciRate[]? ThrottleReadBpsDevice, OciRate[]? ThrottleWriteBpsDevice,
    OciRate[]? ThrottleReadIOPSDevice, OciRate[]? ThrottleWriteIOPSDevice);

internal sealed record OciWeight(long Major, long Minor, long Weight);

internal sealed record OciRate(long Major, long Minor, long Rate);

internal sealed record OciDeviceRule(bool Allow, string? Type, long? Major, long? Minor, string Access);

internal sealed record OciSeccomp(string DefaultAction, uint? DefaultErrnoRet, string[] Architectures, OciSyscall[] Syscalls);

internal sealed record OciSyscall(string[] Names, string Action, uint? ErrnoRet, OciSyscallArg[]? Args);

internal sealed record OciSyscallArg(uint Index, ulong Value, ulong ValueTwo, string Op);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OciSpec))]
[JsonSerializable(typeof(OciResources))]
internal sealed partial class OciJson : JsonSerializerContext;
