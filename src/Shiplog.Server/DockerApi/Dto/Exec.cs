using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>The body of POST /containers/{id}/exec.</summary>
internal sealed record CreateExecBody
{
    public string? User { get; init; }
    public bool? Privileged { get; init; }
    public bool? Tty { get; init; }
    public int[]? ConsoleSize { get; init; }
    public bool? AttachStdin { get; init; }
    public bool? AttachStderr { get; init; }
    public bool? AttachStdout { get; init; }
    public string? DetachKeys { get; init; }
    public string[]? Env { get; init; }
    public string? WorkingDir { get; init; }
    [JsonConverter(typeof(StringsConverter))] public string[]? Cmd { get; init; }
}

internal sealed record CreateExecReply(string Id);

/// <summary>The body of POST /exec/{id}/start.</summary>
internal sealed record StartExecBody
{
    public bool? Detach { get; init; }
    public bool? Tty { get; init; }
    public int[]? ConsoleSize { get; init; }
}

/// <summary>GET /exec/{id}/json</summary>
internal sealed record ExecInspect(
    string ID, bool Running, int? ExitCode, ExecProcessConfig ProcessConfig, bool OpenStdin, bool OpenStderr, bool OpenStdout, bool CanRemove,
    string ContainerID, byte[] DetachKeys, int Pid);

internal sealed record ExecProcessConfig(
    [property: JsonPropertyName("tty")] bool Tty, [property: JsonPropertyName("entrypoint")] string Entrypoint,
    [property: JsonPropertyName("arguments")] string[] Arguments, [property: JsonPropertyName("privileged")] bool Privileged,
    [property: JsonPropertyName("user")] string User);
