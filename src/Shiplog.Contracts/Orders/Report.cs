using System.Text.Json.Serialization;

namespace Shiplog.Contracts.Orders;

/// <summary>A fact that the worker observed or brought about. Past tense, one per step.</summary>
/// <param name="At">When it happened, by the worker's clock.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "report")]
[JsonDerivedType(typeof(ImagePulledReport), "image_pulled")]
[JsonDerivedType(typeof(ImagePushedReport), "image_pushed")]
[JsonDerivedType(typeof(ImageLoadedReport), "image_loaded")]
[JsonDerivedType(typeof(ImageRemovedReport), "image_removed")]
[JsonDerivedType(typeof(RootFsMountedReport), "rootfs_mounted")]
[JsonDerivedType(typeof(RootFsUnmountedReport), "rootfs_unmounted")]
[JsonDerivedType(typeof(BridgeAttachedReport), "bridge_attached")]
[JsonDerivedType(typeof(BridgeDetachedReport), "bridge_detached")]
[JsonDerivedType(typeof(IpAssignedReport), "ip_assigned")]
[JsonDerivedType(typeof(IpReleasedReport), "ip_released")]
[JsonDerivedType(typeof(PortsPublishedReport), "ports_published")]
[JsonDerivedType(typeof(PortsUnpublishedReport), "ports_unpublished")]
[JsonDerivedType(typeof(ContainerStartedReport), "container_started")]
[JsonDerivedType(typeof(ContainerExitedReport), "container_exited")]
[JsonDerivedType(typeof(RestartScheduledReport), "restart_scheduled")]
[JsonDerivedType(typeof(ContainerRestartedReport), "container_restarted")]
[JsonDerivedType(typeof(RestartCancelledReport), "restart_cancelled")]
[JsonDerivedType(typeof(HealthChangedReport), "health_changed")]
[JsonDerivedType(typeof(ContainerStoppedReport), "container_stopped")]
[JsonDerivedType(typeof(ContainerSignalledReport), "container_signalled")]
[JsonDerivedType(typeof(ContainerPausedReport), "container_paused")]
[JsonDerivedType(typeof(ContainerUnpausedReport), "container_unpaused")]
[JsonDerivedType(typeof(ContainerUpdatedReport), "container_updated")]
[JsonDerivedType(typeof(ContainerRemovedReport), "container_removed")]
[JsonDerivedType(typeof(ContainerCommittedReport), "container_committed")]
[JsonDerivedType(typeof(ImageBuiltReport), "image_built")]
[JsonDerivedType(typeof(ExecStartedReport), "exec_started")]
[JsonDerivedType(typeof(ExecExitedReport), "exec_exited")]
[JsonDerivedType(typeof(SessionRecordedReport), "session_recorded")]
[JsonDerivedType(typeof(ContainerFilesWrittenReport), "container_files_written")]
[JsonDerivedType(typeof(VolumesMountedReport), "volumes_mounted")]
[JsonDerivedType(typeof(VolumesUnmountedReport), "volumes_unmounted")]
[JsonDerivedType(typeof(VolumeCreatedReport), "volume_created")]
[JsonDerivedType(typeof(VolumeRemovedReport), "volume_removed")]
[JsonDerivedType(typeof(NetworkConnectedReport), "network_connected")]
[JsonDerivedType(typeof(NetworkDisconnectedReport), "network_disconnected")]
[JsonDerivedType(typeof(NetworkRemovedReport), "network_removed")]
[JsonDerivedType(typeof(StepFailedReport), "step_failed")]
[JsonDerivedType(typeof(OrderFailedReport), "order_failed")]
[JsonDerivedType(typeof(WorkerStartedReport), "worker_started")]
[JsonDerivedType(typeof(HostReconciledReport), "host_reconciled")]
public abstract record Report(DateTimeOffset At);

/// <summary>A step, or its undo, failed. The order's own failure follows as <see cref="OrderFailedReport"/>.</summary>
/// <param name="Phase"><c>do</c> or <c>undo</c>.</param>
public sealed record StepFailedReport(string ContainerId, string Step, string Phase, string Error, DateTimeOffset At)
    : Report(At);

/// <summary>The order came to nothing; what it had done has been undone.</summary>
/// <param name="Subject">The container id, image id or reference that the order was about.</param>
public sealed record OrderFailedReport(string Subject, OrderFailure Failure, DateTimeOffset At) : Report(At);

/// <summary>A worker came up.</summary>
/// <param name="Runtime">The OCI runtime and its version, as <c>crun 1.8.1</c>.</param>
public sealed record WorkerStartedReport(
    string Version, string Kernel, string Runtime, string StorageDriver, int Processors, long MemoryBytes, DateTimeOffset At)
    : Report(At)
{
    /// <summary>Why that storage driver; <see langword="null"/> from a worker that did not say.</summary>
    public StorageChoice? Storage { get; init; }
}

/// <summary>What a worker found at its start that its journal did not explain, and what it did about it.</summary>
public sealed record HostReconciledReport(string[] Found, string[] Repaired, DateTimeOffset At) : Report(At);

/// <summary>
/// Reports of one transition group: the server appends them in one transaction, all or none. The worker keeps a batch on
/// disk until it is acknowledged and sends it again after any fault; <c>(Host, Epoch, Number)</c> tells a repetition.
/// </summary>
/// <param name="Host">The host's name.</param>
/// <param name="Epoch">A new id at each start of the worker.</param>
/// <param name="Number">Counts the batches of an epoch from 1, without gaps.</param>
/// <param name="CommandId">The command whose order this batch ends or serves; <see langword="null"/> where nobody asked.</param>
/// <param name="Cause">Why, where nobody asked: <c>process-exit</c>, <c>restart-policy</c>, <c>health</c>, <c>reconcile</c>, <c>worker-start</c>, <c>session-end</c>.</param>
public sealed record ReportBatch(
    string Host, string Epoch, long Number, string? CommandId, string? Cause, Report[] Reports);

/// <summary>The server's acknowledgement: the batch is durable in the event store (now, or already before).</summary>
public sealed record ReportBatchRecorded(string Epoch, long Number);
