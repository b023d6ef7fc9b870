using System.Text.Json.Serialization;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Networks;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.
// `At` is when it happened (server's clock for decisions, worker's for facts); when it was recorded, by whom, why and
// through which command is metadata, not body.

/// <summary>A container was made from an image. It has no file system, network or process yet.</summary>
public sealed record ContainerCreated(
    string ContainerId, string CommandId, string Name, string ImageReference, string ImageId, string[] ImageLayers,
    ContainerConfig Config, HostOptions Host, DateTimeOffset At)
{
    /// <summary>What it mounts, one for each destination.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public MountPoint[]? Mounts { get; init; }

    /// <summary>The networks that it is in whenever it runs, the first one first; absent where its network mode says all.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public NetworkAttachment[]? Networks { get; init; }
}

/// <summary>Intent: the container is to be started.</summary>
/// <param name="Endpoint">The leased address; <see langword="null"/> for the networks <c>none</c> and <c>host</c>.</param>
public sealed record ContainerStartRequested(string ContainerId, string CommandId, NetworkEndpoint? Endpoint, DateTimeOffset At)
{
    /// <summary>The host's ports, leased as the address is.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public PublishedPort[]? Ports { get; init; }

    /// <summary>Its places in further networks.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public NetworkEndpoint[]? Further { get; init; }

    /// <summary>The containers that it is linked to, as they are now.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public LinkedContainer[]? Links { get; init; }
}

/// <summary>Step 3: a read-write layer is mounted over the image's read-only ones.</summary>
public sealed record RootFsMounted(
    string ContainerId, string Driver, string[] Layers, string UpperPath, string MergedPath, double DurationMs, DateTimeOffset At);

/// <summary>Step 4: a virtual interface joins the container with the host's bridge.</summary>
public sealed record BridgeAttached(
    string ContainerId, string NetworkId, string Bridge, string HostInterface, string ContainerInterface, string MacAddress,
    string NetworkNamespace, double DurationMs, DateTimeOffset At);

/// <summary>Step 5: the address from the pool is on the interface.</summary>
public sealed record IpAssigned(
    string ContainerId, string NetworkId, string Address, int PrefixLength, string Gateway, double DurationMs, DateTimeOffset At);

/// <summary>Step 6: the user's program runs. Outcome of a start, or of one more try by the restart policy.</summary>
/// <param name="CommandId">The start that somebody asked for last.</param>
public sealed record ContainerStarted(
    string ContainerId, string CommandId, int Pid, string Runtime, double DurationMs, DateTimeOffset At)
{
    /// <summary>The try of the restart policy; absent where it is the outcome of the start itself.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public int? Attempt { get; init; }
}

/// <summary>Somebody attached to the container's standard streams.</summary>
public sealed record ContainerAttached(string ContainerId, bool Stdin, bool Stdout, bool Stderr, DateTimeOffset At)
{
    /// <summary>What is recorded of the session; absent for nothing.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public SessionRecording? Recording { get; init; }
}

/// <summary>Intent: the container is to be stopped.</summary>
public sealed record ContainerStopRequested(
    string ContainerId, string CommandId, string? Signal, int TimeoutSeconds, DateTimeOffset At)
{
    /// <summary>It would remove itself when it stops, and does not: it is started again right after.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Keep { get; init; }
}

/// <summary>Outcome of a stop. The exit itself is <see cref="ContainerExited"/>.</summary>
public sealed record ContainerStopped(string ContainerId, string CommandId, bool Killed, DateTimeOffset At);

/// <summary>Intent: a signal is to be sent.</summary>
public sealed record ContainerKillRequested(string ContainerId, string CommandId, string Signal, DateTimeOffset At);

/// <summary>The signal was delivered. Outcome of a kill.</summary>
public sealed record ContainerSignalled(string ContainerId, string CommandId, string Signal, DateTimeOffset At);

/// <summary>Intent: all processes are to be frozen.</summary>
public sealed record ContainerPauseRequested(string ContainerId, string CommandId, DateTimeOffset At);

/// <summary>All processes are frozen. Outcome of a pause, and a fact around a commit.</summary>
public sealed record ContainerPaused(string ContainerId, string CommandId, DateTimeOffset At);

/// <summary>Intent: the processes are to go on.</summary>
public sealed record ContainerUnpauseRequested(string ContainerId, string CommandId, DateTimeOffset At);

/// <summary>The processes go on. Outcome of an unpause, and a fact around a commit.</summary>
public sealed record ContainerUnpaused(string ContainerId, string CommandId, DateTimeOffset At);

/// <summary>Step 7: the program ended.</summary>
/// <param name="ExitCode">0..255; 128 + n for signal n.</param>
public sealed record ContainerExited(string ContainerId, int ExitCode, bool OomKilled, string? Logs, DateTimeOffset At);

/// <summary>Undo of step 5: the lease has ended.</summary>
public sealed record IpReleased(string ContainerId, string NetworkId, string Address, DateTimeOffset At);

/// <summary>Undo of step 4.</summary>
public sealed record BridgeDetached(string ContainerId, string NetworkId, string HostInterface, DateTimeOffset At);

/// <summary>Undo of step 3. The read-write layer is kept until the container is removed.</summary>
public sealed record RootFsUnmounted(string ContainerId, DateTimeOffset At);

/// <summary>A step, or its undo, failed.</summary>
/// <param name="Phase"><c>do</c> or <c>undo</c>.</param>
public sealed record StepFailed(string ContainerId, string Step, string Phase, string Error, DateTimeOffset At);

/// <summary>Outcome of any command on a container that came to nothing; what it had done is undone.</summary>
/// <param name="Command">The command's name: <c>StartContainer</c>.</param>
/// <param name="Step">The step that failed, where there were steps.</param>
/// <param name="Kind">The failure's kind, as <c>NotFound</c>.</param>
/// <param name="ExitCode">For a start whose program could not be run: 126, 127 or 128.</param>
public sealed record ContainerCommandFailed(
    string ContainerId, string CommandId, string Command, string? Step, string Kind, string Error, int? ExitCode, DateTimeOffset At);

/// <summary>The container has another name.</summary>
public sealed record ContainerRenamed(string ContainerId, string CommandId, string OldName, string Name, DateTimeOffset At);

/// <summary>Intent: a new image is to be made of the container.</summary>
/// <param name="Reference">The new image's name, fully qualified; <see langword="null"/> for none.</param>
/// <param name="Changes">Dockerfile instructions to apply to the config.</param>
/// <param name="ConfigTemplate">The new image's config, but for its new layer.</param>
public sealed record ContainerCommitRequested(
    string ContainerId, string CommandId, string? Reference, string? Author, string? Comment, string[] Changes, bool Pause,
    string ConfigTemplate, DateTimeOffset At);

/// <summary>A new image was made of the container. Outcome of a commit.</summary>
/// <param name="NewLayer">Chain id of the layer made from the read-write layer; <see langword="null"/> where nothing had changed.</param>
public sealed record ContainerCommitted(
    string ContainerId, string CommandId, string ImageId, string? Reference, string? NewLayer, double DurationMs, DateTimeOffset At);

/// <summary>Intent: the container is to be removed.</summary>
public sealed record ContainerRemoveRequested(string ContainerId, string CommandId, bool Force, bool Volumes, DateTimeOffset At);

/// <summary>Nothing of the container is left on the host. Outcome of a removal, or of <c>--rm</c>.</summary>
public sealed record ContainerRemoved(string ContainerId, string? CommandId, DateTimeOffset At)
{
    /// <summary>What its read-write layer took, where that was counted.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long? FreedBytes { get; init; }
}

/// <summary>A container's place in a network.</summary>
public sealed record NetworkEndpoint(
    string NetworkId, string NetworkName, string Bridge, string Subnet, string Gateway, string Address, int PrefixLength,
    string HostInterface, string MacAddress)
{
    /// <summary>The interface in the container; absent for <c>eth0</c>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Interface { get; init; }

    /// <summary>The network has no way out.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Internal { get; init; }

    /// <summary>Its containers may not speak with each other.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Isolated { get; init; }

    /// <summary>Its addresses leave the host as they are.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Unmasqueraded { get; init; }

    /// <summary>In bytes; absent for the instance's own.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public int? Mtu { get; init; }
}
