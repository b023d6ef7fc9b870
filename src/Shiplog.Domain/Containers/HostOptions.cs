using System.Text.Json.Serialization;
using Shiplog.Domain.Mounts;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// A part of stored events. What is in parentheses is written always. Members are added below them, each on a line of its
// own: absent means what was so before there was such an option, and what is absent is not written.

/// <summary>What of the host's the container is given.</summary>
/// <param name="NetworkMode"><c>none</c>, <c>host</c>, <c>container:ID</c>, or a network by name or id: <c>bridge</c>.</param>
public sealed record HostOptions(
    string NetworkMode, bool AutoRemove, string[] ExtraHosts, string[] Dns, string[] DnsSearch, string[] DnsOptions,
    string[] CapAdd, string[] CapDrop, bool ReadonlyRootfs, string LogDriver, int ConsoleWidth, int ConsoleHeight)
{
    /// <summary>Limits.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Resources? Resources { get; init; }

    /// <summary>What the container is kept from, or not.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public SecurityOptions? Security { get; init; }

    /// <summary>Whose namespaces it is in; absent ones are its own.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public NamespaceOptions? Namespaces { get; init; }

    /// <summary>The host's devices that it may use.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceOptions? Devices { get; init; }

    /// <summary>Limits of its processes (getrlimit(2)).</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Ulimit[]? Ulimits { get; init; }

    /// <summary>Kernel parameters of its namespaces (sysctl(8)).</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? Sysctls { get; init; }

    /// <summary>Names or numbers of groups that its user is in besides his own.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? GroupAdd { get; init; }

    /// <summary>What its processes' badness is raised by when memory is short, -1000..1000.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public int OomScoreAdj { get; init; }

    /// <summary>Bytes that /dev/shm may hold; absent for 64 MiB.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long ShmSize { get; init; }

    /// <summary>An init of the host's is its first process, which forwards signals and reaps.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Init { get; init; }

    /// <summary>The OCI runtime; absent for the instance's own.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Runtime { get; init; }

    /// <summary>The control group that its own is made in; absent for the instance's own.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? CgroupParent { get; init; }

    /// <summary>When its program is run again after its end; absent for never.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public RestartPolicy? Restart { get; init; }

    /// <summary>The log driver's options: <c>max-size</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? LogOptions { get; init; }

    /// <summary>Mounts, as they were asked for; what came of them is in the creation itself.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public RequestedMounts? Mounts { get; init; }

    /// <summary>Ports to be reached at the host.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public PortBinding[]? PortBindings { get; init; }

    /// <summary>All exposed ports that no binding names are to be reached at the host, at ports of its choice.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool PublishAllPorts { get; init; }

    /// <summary>Containers of the default network that it is to know, as <c>id:alias</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? Links { get; init; }
}
