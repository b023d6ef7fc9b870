using System.Collections.Frozen;
using Marten.Events;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Hosts;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

/// <summary>
/// The name under which each event is stored. Names are a storage format: they may be added, never changed; classes may be
/// renamed freely.
/// </summary>
internal static class EventNames
{
    /// <summary>Every event, exactly once.</summary>
    public static readonly FrozenDictionary<Type, string> All = new Dictionary<Type, string>
    {
        [typeof(ContainerCreated)] = "container_created",
        [typeof(ContainerStartRequested)] = "container_start_requested",
        [typeof(RootFsMounted)] = "rootfs_mounted",
        [typeof(BridgeAttached)] = "bridge_attached",
        [typeof(IpAssigned)] = "ip_assigned",
        [typeof(PortsPublished)] = "ports_published",
        [typeof(PortsUnpublished)] = "ports_unpublished",
        [typeof(ContainerStarted)] = "container_started",
        [typeof(ContainerAttached)] = "container_attached",
        [typeof(ContainerStopRequested)] = "container_stop_requested",
        [typeof(ContainerStopped)] = "container_stopped",
        [typeof(ContainerKillRequested)] = "container_kill_requested",
        [typeof(ContainerSignalled)] = "container_signalled",
        [typeof(ContainerPauseRequested)] = "container_pause_requested",
        [typeof(ContainerPaused)] = "container_paused",
        [typeof(ContainerUnpauseRequested)] = "container_unpause_requested",
        [typeof(ContainerUnpaused)] = "container_unpaused",
        [typeof(ContainerExited)] = "container_exited",
        [typeof(ContainerRestartScheduled)] = "container_restart_scheduled",
        [typeof(ContainerRestartCancelled)] = "container_restart_cancelled",
        [typeof(ContainerHealthChanged)] = "container_health_changed",
        [typeof(IpReleased)] = "ip_released",
        [typeof(BridgeDetached)] = "bridge_detached",
        [typeof(RootFsUnmounted)] = "rootfs_unmounted",
        [typeof(StepFailed)] = "step_failed",
        [typeof(ContainerCommandFailed)] = "container_command_failed",
        [typeof(ContainerRenamed)] = "container_renamed",
        [typeof(ContainerCommitRequested)] = "container_commit_requested",
        [typeof(ContainerCommitted)] = "container_committed",
        [typeof(ContainerRemoveRequested)] = "container_remove_requested",
        [typeof(ContainerRemoved)] = "container_removed",
        [typeof(ExecCreated)] = "exec_created",
        [typeof(ExecStartRequested)] = "exec_start_requested",
        [typeof(ExecStarted)] = "exec_started",
        [typeof(ExecFailed)] = "exec_failed",
        [typeof(ExecExited)] = "exec_exited",
        [typeof(SessionRecorded)] = "session_recorded",
        [typeof(SessionRecordingRead)] = "session_recording_read",
        [typeof(ContainerFilesReadRequested)] = "container_files_read_requested",
        [typeof(ContainerFilesRead)] = "container_files_read",
        [typeof(ContainerFilesWriteRequested)] = "container_files_write_requested",
        [typeof(ContainerFilesWritten)] = "container_files_written",
        [typeof(ContainerUpdateRequested)] = "container_update_requested",
        [typeof(ContainerUpdated)] = "container_updated",
        [typeof(ImagePullRequested)] = "image_pull_requested",
        [typeof(ImagePullFailed)] = "image_pull_failed",
        [typeof(ImagePulled)] = "image_pulled",
        [typeof(ImagePushRequested)] = "image_push_requested",
        [typeof(ImagePushFailed)] = "image_push_failed",
        [typeof(ImagePushed)] = "image_pushed",
        [typeof(ImageLoadRequested)] = "image_load_requested",
        [typeof(ImageLoadCompleted)] = "image_load_completed",
        [typeof(ImageLoadFailed)] = "image_load_failed",
        [typeof(ImageLoaded)] = "image_loaded",
        [typeof(ImageCommitted)] = "image_committed",
        [typeof(ImageBuilt)] = "image_built",
        [typeof(ImageBuildRequested)] = "image_build_requested",
        [typeof(BuildContextReceived)] = "build_context_received",
        [typeof(BuildStepCompleted)] = "build_step_completed",
        [typeof(ImageBuildCompleted)] = "image_build_completed",
        [typeof(ImageBuildFailed)] = "image_build_failed",
        [typeof(ImageTagged)] = "image_tagged",
        [typeof(ImageUntagged)] = "image_untagged",
        [typeof(ImageDigestsUntagged)] = "image_digests_untagged",
        [typeof(ImageRemoveRequested)] = "image_remove_requested",
        [typeof(ImageRemoved)] = "image_removed",
        [typeof(ImageRemoveFailed)] = "image_remove_failed",
        [typeof(ContainerConnectRequested)] = "container_connect_requested",
        [typeof(ContainerConnected)] = "container_connected",
        [typeof(ContainerDisconnectRequested)] = "container_disconnect_requested",
        [typeof(ContainerDisconnected)] = "container_disconnected",
        [typeof(NetworkCreated)] = "network_created",
        [typeof(NetworkRemoveRequested)] = "network_remove_requested",
        [typeof(NetworkRemoved)] = "network_removed",
        [typeof(NetworkCommandFailed)] = "network_command_failed",
        [typeof(VolumeCreateRequested)] = "volume_create_requested",
        [typeof(VolumeCreated)] = "volume_created",
        [typeof(VolumeMounted)] = "volume_mounted",
        [typeof(VolumeUnmounted)] = "volume_unmounted",
        [typeof(VolumeRemoveRequested)] = "volume_remove_requested",
        [typeof(VolumeRemoved)] = "volume_removed",
        [typeof(VolumeCommandFailed)] = "volume_command_failed",
        [typeof(ServerStarted)] = "server_started",
        [typeof(WorkerStarted)] = "worker_started",
        [typeof(HostReconciled)] = "host_reconciled",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<Type> OnReferences =
        FrozenSet.Create(
        typeof(ImagePullRequested), typeof(ImagePullFailed), typeof(ImagePushRequested), typeof(ImagePushFailed), typeof(ImageTagged), typeof(ImageUntagged));

    private static readonly FrozenSet<Type> OnLoads =
        FrozenSet.Create(typeof(ImageLoadRequested), typeof(ImageLoadCompleted), typeof(ImageLoadFailed));

    private static readonly FrozenDictionary<string, Type> Types = All.ToFrozenDictionary(e => e.Value, e => e.Key);

    /// <summary>The record of a stored name; <see langword="null"/> for one that is not ours.</summary>
    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);

    /// <summary>The kind of streams that an event belongs to, the part of a stream's key before the slash.</summary>
    public static string StreamKindOf(Type @event) => @event.Namespace switch
    {
        "Shiplog.Domain.Containers" => "container",
        "Shiplog.Domain.Builds" => "build",
        "Shiplog.Domain.Networks" => "network",
        "Shiplog.Domain.Volumes" => "volume",
        "Shiplog.Domain.Hosts" => "host",
        _ when OnReferences.Contains(@event) => "reference",
        _ when OnLoads.Contains(@event) => "load",
        "Shiplog.Domain.Images" => "image",
        _ => throw new ArgumentException($"{@event} is not an event", nameof(@event)),
    };

    /// <summary>Tells Marten all of them.</summary>
    public static void Register(IEventStoreOptions events)
    {
        foreach (var (type, name) in All)
            events.MapEventType(type, name);
    }
}
