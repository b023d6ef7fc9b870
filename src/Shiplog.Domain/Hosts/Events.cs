using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Hosts;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.

/// <summary>The server came up, and how long the log was then.</summary>
public sealed record ServerStarted(string Host, string Version, int OpenCommands, DateTimeOffset At);

/// <summary>A worker came up.</summary>
/// <param name="Epoch">Names this life of the worker; its reports are counted within it.</param>
public sealed record WorkerStarted(
    string Host, string Epoch, string Version, string Kernel, string Runtime, string StorageDriver, int Processors, long MemoryBytes,
    DateTimeOffset At)
{
    /// <summary>How it came to its storage driver.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public HostStorage? Storage { get; init; }
}

/// <summary>What a starting worker found that its journal did not explain, and put right.</summary>
public sealed record HostReconciled(string Host, string Epoch, string[] Found, string[] Repaired, DateTimeOffset At);
