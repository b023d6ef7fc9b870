using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Lifecycle;

/// <summary>How far a container's run has come, for whoever reads it after a crash.</summary>
internal enum RunPhase
{
    /// <summary>Ordered; any of its steps may have been done. Undone at the next start, unless its outcome is spooled.</summary>
    Starting = 0,

    /// <summary>Runs, and the server will know it.</summary>
    Running,

    /// <summary>Its program has ended and will be run again; what it stood on is kept, unless the journal says otherwise.</summary>
    Restarting,

    /// <summary>Ended and undone; the read-write layer and the log are kept.</summary>
    Ended,
}

/// <summary>A container's journal: what was ordered, and what a later life of the worker must know to go on or to undo it.</summary>
/// <param name="BootId">The boot of the machine that it belongs to: after another one nothing of it is in the kernel.</param>
/// <param name="Pid">The container's first process; 0 before it is made.</param>
/// <param name="PidTicks">When that process began, which tells it from a later one of its number.</param>
/// <param name="ConmonPid">The process that holds its streams and waits for its end.</param>
internal sealed record ContainerRecord(
    StartContainer Order, RunPhase Phase, string BootId, int Pid, ulong PidTicks, int ConmonPid, ulong ConmonTicks, bool Paused)
{
    /// <summary>When the program last began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The try of the restart policy that runs, or is due; <see langword="null"/> where there was none yet.</summary>
    public RestartProgress? Restart { get; init; }

    /// <summary>The restart policy does not hold any more: somebody stopped the container.</summary>
    public bool RestartOff { get; init; }

    /// <summary>It is being stopped for its health, and will be run again.</summary>
    public bool Unhealthy { get; init; }

    /// <summary>What the program stands on is not there: the next try makes it again.</summary>
    public bool Bare { get; init; }

    /// <summary>Names one run of the program among those of its start order.</summary>
    [JsonIgnore]
    public string RunId => Restart is null ? Order.CommandId : $"{Order.CommandId}/{Restart.Attempt}";

    public static readonly string CurrentBoot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static ContainerRecord For(StartContainer order) => new(order, RunPhase.Starting, CurrentBoot, 0, 0, 0, 0, false);

    [JsonIgnore]
    public bool IsOfThisBoot => BootId == CurrentBoot;

    /// <summary>The program has ended.</summary>
    /// <param name="next">The try that is due; <see langword="null"/> for none.</param>
    public ContainerRecord After(RestartProgress? next) => next is null
        ? this with { Phase = RunPhase.Ended }
        : this with { Phase = RunPhase.Restarting, Restart = next, Bare = Bare || !IsOfThisBoot, Paused = false };

    /// <exception cref="InvalidDataException">The journal cannot be read.</exception>
    public static ContainerRecord? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RecordJson.Default.ContainerRecord);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <param name="durable">
    /// Survive a power cut, too: needed before the first effect. Later states concern processes and mounts, which a power cut
    /// takes away itself.
    /// </param>
    public void Save(string path, bool durable) =>
        Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, RecordJson.Default.ContainerRecord), durable);
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
