using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Domain.Commands;

/// <summary>An accepted command that has no outcome yet.</summary>
/// <param name="Kind">The command's name: <c>StartContainer</c>.</param>
/// <param name="Intent">The event that accepted it.</param>
public sealed record OpenCommand(string CommandId, string Kind, object Intent);

/// <summary>Which events accept a command, and which end it. Every accepted command has exactly one outcome.</summary>
public static class CommandLife
{
    /// <summary>The command that this event accepts, if it is an intent.</summary>
    public static OpenCommand? Opens(object @event) => @event switch
    {
        ContainerStartRequested e => new(e.CommandId, "StartContainer", e),
        ContainerStopRequested e => new(e.CommandId, "StopContainer", e),
        ContainerKillRequested e => new(e.CommandId, "KillContainer", e),
        ContainerPauseRequested e => new(e.CommandId, "PauseContainer", e),
        ContainerUnpauseRequested e => new(e.CommandId, "UnpauseContainer", e),
        ContainerCommitRequested e => new(e.CommandId, "CommitContainer", e),
        ContainerRemoveRequested e => new(e.CommandId, "RemoveContainer", e),
        ExecStartRequested e => new(e.CommandId, "StartExec", e),
        ContainerFilesReadRequested e => new(e.CommandId, ReadContainerFiles.Name, e),
        ContainerFilesWriteRequested e => new(e.CommandId, WriteContainerFiles.Name, e),
        ContainerUpdateRequested e => new(e.CommandId, UpdateContainer.Name, e),
        ImagePullRequested e => new(e.CommandId, "PullImage", e),
        ImagePushRequested e => new(e.CommandId, "PushImage", e),
        ImageLoadRequested e => new(e.CommandId, "LoadImages", e),
        ImageBuildRequested e => new(e.CommandId, "BuildImage", e),
        ImageRemoveRequested e => new(e.CommandId, "RemoveImage", e),
        VolumeCreateRequested e => new(e.CommandId, "CreateVolume", e),
        VolumeRemoveRequested e => new(e.CommandId, "RemoveVolume", e),
        ContainerConnectRequested e => new(e.CommandId, "ConnectNetwork", e),
        ContainerDisconnectRequested e => new(e.CommandId, "DisconnectNetwork", e),
        NetworkRemoveRequested e => new(e.CommandId, "RemoveNetwork", e),
        _ => null,
    };

    /// <summary>
    /// The command that this event ends, if it is an outcome, and its kind: a container that is paused around a commit
    /// carries the commit's id, and ends nothing.
    /// </summary>
    public static (string CommandId, string Kind)? Closes(object @event) => @event switch
    {
        ContainerStarted { Attempt: null } e => (e.CommandId, "StartContainer"),
        ContainerStopped e => (e.CommandId, "StopContainer"),
        ContainerSignalled e => (e.CommandId, "KillContainer"),
        ContainerRestartCancelled { CommandId: { } id } => (id, "KillContainer"),
        ContainerPaused e => (e.CommandId, "PauseContainer"),
        ContainerUnpaused e => (e.CommandId, "UnpauseContainer"),
        ContainerCommitted e => (e.CommandId, "CommitContainer"),
        ContainerFilesRead e => (e.CommandId, ReadContainerFiles.Name),
        ContainerFilesWritten e => (e.CommandId, WriteContainerFiles.Name),
        ContainerUpdated e => (e.CommandId, UpdateContainer.Name),
        ContainerRemoved { CommandId: { } id } => (id, "RemoveContainer"),
        ContainerCommandFailed e => (e.CommandId, e.Command),
        ExecStarted e => (e.CommandId, "StartExec"),
        ExecFailed e => (e.CommandId, "StartExec"),
        ImagePulled e => (e.CommandId, "PullImage"),
        ImagePullFailed e => (e.CommandId, "PullImage"),
        ImagePushed e => (e.CommandId, "PushImage"),
        ImagePushFailed e => (e.CommandId, "PushImage"),
        ImageLoadCompleted e => (e.CommandId, "LoadImages"),
        ImageLoadFailed e => (e.CommandId, "LoadImages"),
        ImageBuildCompleted e => (e.CommandId, "BuildImage"),
        ImageBuildFailed e => (e.CommandId, "BuildImage"),
        ImageRemoved e => (e.CommandId, "RemoveImage"),
        ImageRemoveFailed e => (e.CommandId, "RemoveImage"),
        VolumeCreated { CommandId: { } id } => (id, "CreateVolume"),
        VolumeRemoved e => (e.CommandId, "RemoveVolume"),
        VolumeCommandFailed e => (e.CommandId, e.Command),
        ContainerConnected e => (e.CommandId, "ConnectNetwork"),
        ContainerDisconnected e => (e.CommandId, "DisconnectNetwork"),
        NetworkRemoved e => (e.CommandId, "RemoveNetwork"),
        NetworkCommandFailed e => (e.CommandId, e.Command),
        _ => null,
    };
}
