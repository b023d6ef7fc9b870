using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// A part of stored events: members may be added, each on a line of its own and as in HostOptions.

/// <summary>The container's configuration as it was asked for, merged with its image's.</summary>
/// <param name="Entrypoint"><see langword="null"/> where there is none.</param>
/// <param name="ExposedPorts"><c>80/tcp</c></param>
public sealed record ContainerConfig(
    string Hostname, string Domainname, string User, bool AttachStdin, bool AttachStdout, bool AttachStderr, bool Tty,
    bool OpenStdin, bool StdinOnce, string[] Env, string[] Cmd, string[]? Entrypoint, string WorkingDir,
    Dictionary<string, string> Labels, string[] ExposedPorts, string[] Volumes, string? StopSignal, int? StopTimeout)
{
    /// <summary>How its health is found out; absent for not at all.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Healthcheck? Healthcheck { get; init; }

    /// <summary>Instructions for builds that start from the image, or from one that is made of the container; absent for none.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? OnBuild { get; init; }

    /// <summary>What runs the shell form of a build's instructions on the image; absent for <c>/bin/sh -c</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? Shell { get; init; }
}
