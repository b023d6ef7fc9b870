using System.Text.Json.Serialization;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers;

/// <summary>Docker's seven states, and the two ends of a life. 0 is a container that never was.</summary>
public enum ContainerStatus
{
    /// <summary>No event yet.</summary>
    Absent = 0,
    /// <summary>Made, never started.</summary>
    Created,
    /// <summary>Its program runs.</summary>
    Running,
    /// <summary>Frozen.</summary>
    Paused,
    /// <summary>Between two tries of a restart policy.</summary>
    Restarting,
    /// <summary>A removal is under way.</summary>
    Removing,
    /// <summary>Its program has ended.</summary>
    Exited,
    /// <summary>A removal failed half-way.</summary>
    Dead,
    /// <summary>Gone from the host; the history stays.</summary>
    Removed,
}

/// <summary>A container's present state: the fold of its events. Never validates, never throws, ignores what it does not know.</summary>
public sealed record Container
{
    /// <summary>The container's id: 64 hexadecimal digits.</summary>
    public string Id { get; init; } = "";
    /// <summary>Without a leading slash.</summary>
    public string Name { get; init; } = "";
    /// <summary>Where it is in its life.</summary>
    public ContainerStatus Status { get; init; }
    /// <summary>The image as the user named it.</summary>
    public string ImageReference { get; init; } = "";
    /// <summary>The image's id.</summary>
    public string ImageId { get; init; } = "";
    /// <summary>Chain ids of the image's layers, lowest first.</summary>
    public string[] ImageLayers { get; init; } = [];
    /// <summary>As created.</summary>
    public ContainerConfig? Config { get; init; }
    /// <summary>As created.</summary>
    public HostOptions? Host { get; init; }
    /// <summary>What it mounts when it starts.</summary>
    public MountPoint[] Mounts { get; init; } = [];
    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its program last started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When its program last ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>When it was removed.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
    /// <summary>0 while it does not run.</summary>
    public int Pid { get; init; }
    /// <summary>Of the last run.</summary>
    public int ExitCode { get; init; }
    /// <summary>The kernel killed a process of the last run for memory.</summary>
    public bool OomKilled { get; init; }
    /// <summary>Why the last start failed; empty where it did not.</summary>
    public string Error { get; init; } = "";
    /// <summary>Where the log is kept.</summary>
    public string? Logs { get; init; }
    /// <summary>The networks that it is in whenever it runs; <see langword="null"/> where its network mode says all.</summary>
    public NetworkAttachment[]? Networks { get; init; }
    /// <summary>Its places in them while it has some, the first one first.</summary>
    public ContainerPlace[] Places { get; init; } = [];
    /// <summary>Ids of the networks that it has an interface in.</summary>
    public string[] Interfaces { get; init; } = [];
    /// <summary>The first place. States that were kept before there could be several have none but this.</summary>
    public NetworkEndpoint? Endpoint
    {
        get => Places is [var first, ..] ? first.Endpoint : null;
        init => Places = Places is [] && value is not null ? [new ContainerPlace(value, Assigned: true)] : Places;
    }
    /// <summary>The first place when it was last left: where it was, for whoever asks when it is over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public NetworkEndpoint? LastEndpoint { get; init; }
    /// <summary>The host's ports that are its own, from the start's intent on.</summary>
    public PublishedPort[] LeasedPorts { get; init; } = [];
    /// <summary>Those of them at which it is reached now.</summary>
    public PublishedPort[] Ports { get; init; } = [];
    /// <summary>The network namespace while it has one.</summary>
    public string? NetworkNamespace { get; init; }
    /// <summary>The mounted root while it is.</summary>
    public RootFsMounted? RootFs { get; init; }
    /// <summary>Command of the last start; what the process does without being asked is caused by it.</summary>
    public string? StartCommandId { get; init; }
    /// <summary>The intent that has no outcome yet.</summary>
    public string? OpenCommandId { get; init; }
    /// <summary>The name of that command: <c>StartContainer</c>.</summary>
    public string? OpenCommand { get; init; }
    /// <summary>The update that has no outcome yet.</summary>
    public string? OpenUpdate { get; init; }
    /// <summary>The last step that failed, or whose undo did.</summary>
    public StepFailed? LastFailure { get; init; }
    /// <summary>The command that ended last: a repetition of it changes nothing.</summary>
    public string? LastCommandId { get; init; }
    /// <summary>Times its program was started.</summary>
    public int Starts { get; init; }
    /// <summary>Tries of the restart policy since somebody last started it.</summary>
    public int RestartCount { get; init; }
    /// <summary><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>; <see langword="null"/> where nothing finds it out.</summary>
    public string? Health { get; init; }
    /// <summary>When the next try is due, while one is.</summary>
    public DateTimeOffset? NextStartAt { get; init; }
    /// <summary>Programs beside its own: those prepared, those that run, the last that have ended.</summary>
    public Exec[] Execs { get; init; } = [];
    /// <summary>What is being recorded of sessions with it: begun, and not sealed yet.</summary>
    public OpenRecording[] Recordings { get; init; } = [];

    /// <summary>No event yet.</summary>
    public static readonly Container Absent = new();

    /// <summary>Created and not removed: facts about it may still come.</summary>
    public bool Exists => Status is not (ContainerStatus.Absent or ContainerStatus.Removed);

    /// <summary>Its program runs, or is frozen.</summary>
    public bool HasProcess => Status is ContainerStatus.Running or ContainerStatus.Paused;

    /// <summary>What Docker calls running: also between two tries of a restart policy.</summary>
    public bool IsUp => HasProcess || Status is ContainerStatus.Restarting;

    /// <summary>This command has been accepted already, and perhaps has ended.</summary>
    public bool Knows(string commandId) => OpenCommandId == commandId || LastCommandId == commandId;

    /// <summary>What it runs, and with which arguments: the entry point, and the command after it.</summary>
    public string[] Program() => [.. Config?.Entrypoint ?? [], .. Config?.Cmd ?? []];

    /// <summary>The exec of this id, where the state still has it.</summary>
    public Exec? Exec(string id) => Array.Find(Execs, e => e.Id == id);

    /// <summary>The state after one more event.</summary>
    public static Container Apply(Container c, object @event) => @event switch
    {
        ContainerCreated e => c with
        {
            Id = e.ContainerId,
            Name = e.Name,
            Status = ContainerStatus.Created,
            ImageReference = e.ImageReference,
            ImageId = e.ImageId,
            ImageLayers = e.ImageLayers,
            Config = e.Config,
            Host = e.Host,
            Mounts = e.Mounts ?? [],
            Networks = e.Networks,
            CreatedAt = e.At,
            LastCommandId = e.CommandId,
        },
        ContainerStartRequested e => Open(c, e.CommandId, "StartContainer") with
        {
            Places = e.Endpoint is null ? [] : [.. new[] { e.Endpoint }.Concat(e.Further ?? []).Select(p => new ContainerPlace(p, Assigned: false))],
            LeasedPorts = e.Ports ?? [],
            StartCommandId = e.CommandId,
        },
        RootFsMounted e => c with { RootFs = e },
        BridgeAttached e => c with { NetworkNamespace = e.NetworkNamespace, Interfaces = [.. c.Interfaces, e.NetworkId] },
        IpAssigned e => c.WithPlaces(e.NetworkId, p => p with { Assigned = true }),
        PortsPublished e => c with { Ports = e.Ports },
        PortsUnpublished e => c with { Ports = [], LeasedPorts = e.Kept ? c.LeasedPorts : [] },
        // Connects take nobody's place: another command may be under way beside one.
        ContainerConnectRequested e => c with
        {
            Places = [.. c.Places, new ContainerPlace(e.Endpoint, Assigned: false) { ConnectedBy = e.CommandId }],
            LastCommandId = e.CommandId,
        },
        ContainerConnected e => Close(c, e.CommandId).WithPlaces(e.NetworkId, p => p with { ConnectedBy = null }) with { Networks = e.Networks },
        ContainerDisconnectRequested e => c with { LastCommandId = e.CommandId },
        ContainerDisconnected e => Close(c, e.CommandId) with { Networks = e.Networks },
        ContainerStarted e => (e.Attempt is null ? Close(c, e.CommandId) : c) with
        {
            Status = ContainerStatus.Running,
            Pid = e.Pid,
            StartedAt = e.At,
            Error = "",
            ExitCode = 0,
            OomKilled = false,
            Starts = c.Starts + 1,
            RestartCount = e.Attempt ?? 0,
            NextStartAt = null,
            Health = c.Config?.Healthcheck?.Command() is [_, ..] ? "starting" : null,
        },
        ContainerHealthChanged e => c with { Health = e.To },
        ContainerRestartScheduled e => c with
        {
            Status = c.Status == ContainerStatus.Exited ? ContainerStatus.Restarting : c.Status,
            RestartCount = e.Attempt,
            NextStartAt = e.NextAt,
        },
        ContainerRestartCancelled e => (e.CommandId is { } kill ? Close(c, kill) : c) with
        {
            Status = c.Status == ContainerStatus.Restarting ? ContainerStatus.Exited : c.Status,
            Error = e.Error ?? c.Error,
            NextStartAt = null,
        },
        ContainerStopRequested e => Open(c, e.CommandId, "StopContainer"),
        ContainerStopped e => Close(c, e.CommandId),
        ContainerKillRequested e => Open(c, e.CommandId, "KillContainer"),
        ContainerSignalled e => Close(c, e.CommandId),
        ContainerPauseRequested e => Open(c, e.CommandId, "PauseContainer"),
        ContainerPaused e => Close(c, e.CommandId, "PauseContainer") with { Status = ContainerStatus.Paused },
        ContainerUnpauseRequested e => Open(c, e.CommandId, "UnpauseContainer"),
        ContainerUnpaused e => Close(c, e.CommandId, "UnpauseContainer") with { Status = ContainerStatus.Running },
        ContainerExited e => c with
        {
            Status = c.Status == ContainerStatus.Removing ? c.Status : ContainerStatus.Exited,
            Pid = 0,
            ExitCode = e.ExitCode,
            OomKilled = e.OomKilled,
            Logs = e.Logs,
            FinishedAt = e.At,
            // As Docker: what does not run is not well.
            Health = c.Health is null ? null : "unhealthy",
        },
        IpReleased e => (c.Endpoint is { } first && first.NetworkId == e.NetworkId ? c with { LastEndpoint = first } : c)
            .WithoutPlaces(p => p.Endpoint.NetworkId == e.NetworkId),
        BridgeDetached e => c.WithoutInterface(e.NetworkId),
        RootFsUnmounted => c with { RootFs = null },
        StepFailed e => c with { LastFailure = e },
        ContainerCommandFailed e => Failed(Close(c, e.CommandId), e),
        ContainerRenamed e => Close(c, e.CommandId) with { Name = e.Name },
        ContainerCommitRequested e => Open(c, e.CommandId, "CommitContainer"),
        ContainerCommitted e => Close(c, e.CommandId),
        // Copies take nobody's place: any number may be under way, beside another command.
        ContainerFilesReadRequested e => c with { LastCommandId = e.CommandId },
        ContainerFilesRead e => Close(c, e.CommandId),
        ContainerFilesWriteRequested e => c with { LastCommandId = e.CommandId },
        ContainerFilesWritten e => Close(c, e.CommandId),
        // It takes nobody's place either: a stop may be under way.
        ContainerUpdateRequested e => c with { OpenUpdate = e.CommandId, LastCommandId = e.CommandId },
        ContainerUpdated e => Close(c, e.CommandId) with
        {
            OpenUpdate = null,
            Host = c.Host is { } host ? host with { Resources = e.To.Resources, Restart = e.To.Restart } : null,
        },
        ContainerRemoveRequested e => Open(c, e.CommandId, "RemoveContainer") with { Status = ContainerStatus.Removing },
        ContainerRemoved e => (e.CommandId is { } asked ? Close(c, asked) : c) with { Status = ContainerStatus.Removed, RemovedAt = e.At, Pid = 0 },
        ContainerAttached { Recording: { } recording } => c.WithRecording(recording, null),
        ExecStartRequested { Recording: { } recording } e => c.WithRecording(recording, e.ExecId) with { Execs = ExecList.After(c.Execs, e) },
        SessionRecorded e => c with { Recordings = [.. c.Recordings.Where(r => r.Recording.Id != e.RecordingId)] },
        ExecCreated or ExecStartRequested or ExecStarted or ExecFailed or ExecExited => c with { Execs = ExecList.After(c.Execs, @event) },
        _ => c,
    };

    // The state is stored whole with each event, and a session whose stream never came about leaves its recording open.
    private Container WithRecording(SessionRecording recording, string? execId) =>
        this with { Recordings = [.. Recordings.TakeLast(99), new OpenRecording(recording, execId)] };

    private static Container Open(Container c, string commandId, string command) =>
        c with { OpenCommandId = commandId, OpenCommand = command };

    // A container that is paused around a commit carries the commit's id, and does not end it.
    private static Container Close(Container c, string commandId, string? command = null) =>
        c.OpenCommandId != commandId ? c with { LastCommandId = commandId }
        : command is not null && command != c.OpenCommand ? c
        : c with { OpenCommandId = null, OpenCommand = null, LastCommandId = commandId };

    private static Container Failed(Container c, ContainerCommandFailed e) => e.Command switch
    {
        "StartContainer" => c with
        {
            Places = [],
            LeasedPorts = [],
            Ports = [],
            Error = e.Error,
            ExitCode = e.ExitCode ?? c.ExitCode,
            Status = c.Starts == 0 ? ContainerStatus.Created : ContainerStatus.Exited,
        },
        "RemoveContainer" => c with { Status = ContainerStatus.Dead, Error = e.Error },
        "ConnectNetwork" => c.WithoutPlaces(p => p.ConnectedBy == e.CommandId),
        UpdateContainer.Name => c with { OpenUpdate = null },
        _ => c,
    };
}
