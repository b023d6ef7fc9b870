using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

/// <summary>What a container is kept from, or not. What is absent is Docker's default.</summary>
public sealed record SecurityOptions
{
    /// <summary>Every capability and device that the worker has, no filter, nothing masked.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Privileged { get; init; }

    /// <summary>As they were given: <c>no-new-privileges</c>, <c>seccomp=…</c> with the profile's text.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? SecurityOpt { get; init; }

    /// <summary>Paths that are hidden; absent for the default ones.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? MaskedPaths { get; init; }

    /// <summary>Paths that cannot be written to; absent for the default ones.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? ReadonlyPaths { get; init; }
}

/// <summary>Whose namespaces a container is in, in Docker's words. What is absent is its own.</summary>
public sealed record NamespaceOptions
{
    /// <summary><c>host</c> or <c>container:ID</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Pid { get; init; }

    /// <summary><c>none</c>, <c>private</c>, <c>shareable</c>, <c>host</c> or <c>container:ID</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Ipc { get; init; }

    /// <summary><c>host</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Uts { get; init; }

    /// <summary><c>host</c>, which all are in.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? User { get; init; }

    /// <summary><c>host</c> or <c>private</c>; absent for <c>private</c> on hosts with cgroup v2 only.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Cgroup { get; init; }
}

/// <summary>The host's devices that a container may use.</summary>
public sealed record DeviceOptions
{
    /// <summary>Devices, and folders of them.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceMapping[]? Mappings { get; init; }

    /// <summary>Kinds of devices that it may make and use: <c>c 13:* rwm</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? CgroupRules { get; init; }
}

/// <summary>A device, or a folder of devices, of the host's, and where the container has it.</summary>
/// <param name="Permissions">Of <c>r</c>, <c>w</c> and <c>m</c> (mknod).</param>
public sealed record DeviceMapping(string PathOnHost, string PathInContainer, string Permissions);

/// <summary>A limit of each process.</summary>
/// <param name="Name"><c>nofile</c></param>
/// <param name="Soft">-1 for none.</param>
/// <param name="Hard">What it may be raised to; -1 for no limit.</param>
public sealed record Ulimit(string Name, long Soft, long Hard);
