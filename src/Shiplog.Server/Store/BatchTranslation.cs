using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Hosts;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;
using PushImage = Shiplog.Domain.Images.PushImage;

namespace Shiplog.Server.Store;

/// <summary>
/// What a batch of reports adds to the log: pure, each report judged on the state that those before it left. What has been
/// recorded already, or has no object any more, adds nothing.
/// </summary>
/// <param name="states">The states of <see cref="StreamsOf"/>; a stream without events may be left out.</param>
/// <param name="command">The batch's command, where it is still open.</param>
/// <param name="users">Ids of the containers that mount each volume of <see cref="VolumesThatGo"/>.</param>
internal sealed class BatchTranslation(
    ReportBatch batch, IReadOnlyDictionary<string, object> states, OpenCommand? command,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? users = null)
{
    private readonly Dictionary<string, object> _states = new(states);
    private readonly List<(string Stream, object Event)> _events = [];

    /// <summary>The streams whose states the batch may depend on.</summary>
    public static IReadOnlySet<string> StreamsOf(ReportBatch batch, OpenCommand? command)
    {
        var streams = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var report in batch.Reports)
        {
            switch (report)
            {
                case ImagePulledReport r:
                    streams.Add(Streams.Image(r.Image.ImageId));
                    streams.Add(Streams.Reference(r.Reference));
                    break;
                case ImagePushedReport r:
                    streams.Add(Streams.Image(r.ImageId));
                    break;
                case ImageLoadedReport r:
                    streams.Add(Streams.Image(r.Image.ImageId));
                    streams.UnionWith(r.References.Select(Streams.Reference));
                    break;
                case ContainerCommittedReport r:
                    streams.Add(Streams.Container(r.ContainerId));
                    streams.Add(Streams.Image(r.Image.ImageId));
                    if (command?.Intent is ContainerCommitRequested { Reference: { } reference })
                        streams.Add(Streams.Reference(reference));
                    break;
                case ImageBuiltReport r:
                    streams.Add(Streams.Image(r.Image.ImageId));
                    break;
                case ImageRemovedReport r:
                    streams.Add(Streams.Image(r.ImageId));
                    break;
                case VolumesMountedReport r:
                    streams.UnionWith(r.Volumes.Select(v => Streams.Volume(v.Name)));
                    streams.Add(Streams.Container(r.ContainerId));
                    break;
                case VolumesUnmountedReport r:
                    streams.UnionWith(r.Volumes.Select(v => Streams.Volume(v.Name)));
                    streams.Add(Streams.Container(r.ContainerId));
                    break;
                case VolumeCreatedReport r:
                    streams.Add(Streams.Volume(r.Name));
                    break;
                case VolumeRemovedReport r:
                    streams.Add(Streams.Volume(r.Name));
                    break;
                case NetworkRemovedReport r:
                    streams.Add(Streams.Network(r.NetworkId));
                    break;
                case OrderFailedReport:
                    if (FailedStream(command) is { } failed)
                        streams.Add(failed);
                    break;
                default:
                    if (ContainerOf(report) is { } container)
                        streams.Add(Streams.Container(container));
                    break;
            }
        }
        return streams;
    }

    /// <summary>The volumes that nobody named and that go with the containers whose removal the batch tells of.</summary>
    public static IReadOnlySet<string> VolumesThatGo(ReportBatch batch, IReadOnlyDictionary<string, object> states, OpenCommand? command)
    {
        var volumes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var report in batch.Reports.OfType<ContainerRemovedReport>())
        {
            if (states.GetValueOrDefault(Streams.Container(report.ContainerId)) is Container { Exists: true } container && TakesVolumes(container, command))
                volumes.UnionWith(container.Mounts.Where(m => m is { IsVolume: true, Anonymous: true }).Select(m => m.Name));
        }
        return volumes;
    }

    /// <summary>The events, in the order of the reports.</summary>
    public IReadOnlyList<(string Stream, object Event)> Translate()
    {
        foreach (var report in batch.Reports)
            Translate(report);
        string[] loaded = [.. batch.Reports.OfType<ImageLoadedReport>().Select(r => r.Image.ImageId)];
        if (loaded is not [] && command is not null)
            Record(Streams.Load(command.CommandId), RecordImageLoaded.Decide(loaded, command, batch.Reports[^1].At));
        return _events;
    }

    private void Translate(Report report)
    {
        switch (report)
        {
            case ImagePulledReport r:
                Pulled(r);
                break;
            case ImagePushedReport r:
                Record(Streams.Image(r.ImageId), PushImage.Record(r, command));
                break;
            case ImageLoadedReport r:
                Loaded(r);
                break;
            case ImageRemovedReport r:
                Record(Streams.Image(r.ImageId), RecordImageRemoved.Decide(r, State<Image>(Streams.Image(r.ImageId)), command));
                break;
            case ContainerCommittedReport r:
                Committed(r);
                break;
            case ImageBuiltReport r:
                Record(Streams.Image(r.Image.ImageId), RecordImageBuilt.Decide(r));
                break;
            case ContainerRemovedReport r:
                Removed(r);
                break;
            case VolumesMountedReport r:
                foreach (var mounted in r.Volumes)
                    Record(Streams.Volume(mounted.Name), RecordVolume.Decide(mounted, r, State<Volume>(Streams.Volume(mounted.Name))));
                break;
            case VolumesUnmountedReport r:
                foreach (var mounted in r.Volumes)
                    Record(Streams.Volume(mounted.Name), RecordVolume.Decide(mounted, r, State<Volume>(Streams.Volume(mounted.Name))));
                break;
            case VolumeCreatedReport r:
                Record(Streams.Volume(r.Name), RecordVolume.Decide(r, command));
                break;
            case VolumeRemovedReport r:
                Record(Streams.Volume(r.Name), RecordVolume.Decide(r, command));
                break;
            case NetworkRemovedReport r:
                Record(Streams.Network(r.NetworkId), Domain.Networks.RemoveNetwork.Record(r, State<Network>(Streams.Network(r.NetworkId)), command));
                break;
            case OrderFailedReport r:
                Failed(r);
                break;
            case WorkerStartedReport r:
                Record(Streams.Host(batch.Host), RecordHost.Decide(r, batch.Host, batch.Epoch));
                break;
            case HostReconciledReport r:
                Record(Streams.Host(batch.Host), RecordHost.Decide(r, batch.Host, batch.Epoch));
                break;
            default:
                OfContainer(report);
                break;
        }
    }

    private void OfContainer(Report report)
    {
        var stream = Streams.Container(ContainerOf(report)
            ?? throw new InvalidDataException($"a report that this server does not know: {report.GetType().Name}"));
        var container = State<Container>(stream);
        Record(stream, report switch
        {
            RootFsMountedReport r => RecordRootFsMounted.Decide(r, container),
            RootFsUnmountedReport r => RecordRootFsMounted.Decide(r, container),
            BridgeAttachedReport r => RecordBridgeAttached.Decide(r, container),
            BridgeDetachedReport r => RecordBridgeAttached.Decide(r, container),
            IpAssignedReport r => RecordIpAssigned.Decide(r, container),
            IpReleasedReport r => RecordIpAssigned.Decide(r, container),
            PortsPublishedReport r => RecordPortsPublished.Decide(r, container),
            PortsUnpublishedReport r => RecordPortsPublished.Decide(r, container),
            ContainerStartedReport r => RecordStarted.Decide(r, container, command),
            ContainerExitedReport r => RecordExited.Decide(r, container),
            RestartScheduledReport r => RecordRestart.Decide(r, container),
            ContainerRestartedReport r => RecordRestart.Decide(r, container),
            HealthChangedReport r => RecordHealth.Decide(r, container),
            RestartCancelledReport r => RecordRestart.Decide(r, container, command),
            ContainerStoppedReport r => RecordStopped.Decide(r, container, command),
            ContainerSignalledReport r => RecordSignalled.Decide(r, container, command),
            ContainerPausedReport r => RecordPaused.Decide(r, container, command),
            ContainerUnpausedReport r => RecordPaused.Decide(r, container, command),
            ExecStartedReport r => RecordExec.Decide(r, container, command),
            ExecExitedReport r => RecordExec.Decide(r, container),
            SessionRecordedReport r => RecordSession.Decide(r, container),
            ContainerFilesWrittenReport r => WriteContainerFiles.Record(r, container, command),
            NetworkConnectedReport r => Domain.Containers.ConnectNetwork.Record(r, container, command),
            NetworkDisconnectedReport r => Domain.Containers.DisconnectNetwork.Record(r, container, command),
            ContainerUpdatedReport r => RecordUpdated.Decide(r, container, command),
            StepFailedReport r => RecordStepFailed.Decide(r, container),
            _ => throw new InvalidDataException($"a report that this server does not know: {report.GetType().Name}"),
        });
    }

    /// <summary>With the container go the volumes that nobody named and nobody else mounts: as intents, which are driven like any other.</summary>
    private void Removed(ContainerRemovedReport r)
    {
        var stream = Streams.Container(r.ContainerId);
        var container = State<Container>(stream);
        if (!Record(stream, RecordRemoved.Decide(r, container, command)) || !TakesVolumes(container, command))
            return;
        foreach (var name in container.Mounts.Where(m => m is { IsVolume: true, Anonymous: true }).Select(m => m.Name))
        {
            var remove = new Domain.Volumes.RemoveVolume($"{r.ContainerId[..Math.Min(20, r.ContainerId.Length)]}-{name}", name, Force: true, r.ContainerId);
            string[] others = [.. users?.GetValueOrDefault(name)?.Where(id => id != r.ContainerId) ?? []];
            Record(Streams.Volume(name), Domain.Volumes.RemoveVolume.Decide(remove, State<Volume>(Streams.Volume(name)), others, r.At));
        }
    }

    private static bool TakesVolumes(Container container, OpenCommand? command) =>
        command is { Intent: ContainerRemoveRequested asked } ? asked.Volumes : container.Host is { AutoRemove: true };

    private void Pulled(ImagePulledReport r)
    {
        if (Record(Streams.Image(r.Image.ImageId), RecordImagePulled.Decide(r, command)))
            Tag(r.Reference, r.Image.ImageId, r.At);
    }

    private void Loaded(ImageLoadedReport r)
    {
        if (!Record(Streams.Image(r.Image.ImageId), RecordImageLoaded.Decide(r, command)))
            return;
        foreach (var reference in r.References)
            Tag(reference, r.Image.ImageId, r.At);
    }

    private void Committed(ContainerCommittedReport r)
    {
        var stream = Streams.Container(r.ContainerId);
        var container = State<Container>(stream);
        if (!Record(stream, RecordCommitted.Decide(r, container, command)))
            return;
        Record(Streams.Image(r.Image.ImageId), RecordImageCommitted.Decide(r, container.ImageId, command));
        if (command?.Intent is ContainerCommitRequested { Reference: { } reference })
            Tag(reference, r.Image.ImageId, r.At);
    }

    private void Failed(OrderFailedReport r)
    {
        if (FailedStream(command) is not { } stream)
            return;
        Record(stream, State(stream) switch
        {
            Container container => RecordCommandFailed.Decide(r.Failure, container, command, r.At),
            Volume => RecordVolume.Decide(r.Failure, command, r.At),
            Network => Domain.Networks.RemoveNetwork.Record(r.Failure, command, r.At),
            _ => RecordImageCommandFailed.Decide(r.Failure, command, r.At),
        });
    }

    private void Tag(string reference, string imageId, DateTimeOffset at)
    {
        var stream = Streams.Reference(reference);
        Record(stream, RecordImageTagged.Decide(reference, imageId, State<Reference>(stream), at));
    }

    private bool Record(string stream, Decision decision)
    {
        if (decision is not Decision.Accepted { Events: { Length: > 0 } events })
            return false;
        foreach (var e in events)
        {
            _events.Add((stream, e));
            if (State(stream) is { } state)
                _states[stream] = States.Apply(state, e);
        }
        return true;
    }

    private TState State<TState>(string stream) where TState : class => (TState)State(stream)!;

    private object? State(string stream) => _states.GetValueOrDefault(stream) ?? States.Absent(Streams.TypeOf(stream));

    /// <summary>An outcome goes to the stream of its intent.</summary>
    private static string? FailedStream(OpenCommand? command) => command?.Intent switch
    {
        ImagePullRequested i => Streams.Reference(i.Reference),
        ImagePushRequested i => Streams.Reference(i.Reference),
        ImageRemoveRequested i => Streams.Image(i.ImageId),
        ImageLoadRequested i => Streams.Load(i.CommandId),
        ImageBuildRequested i => Streams.Build(i.CommandId),
        VolumeCreateRequested i => Streams.Volume(i.Name),
        VolumeRemoveRequested i => Streams.Volume(i.Name),
        NetworkRemoveRequested i => Streams.Network(i.NetworkId),
        ContainerConnectRequested i => Streams.Container(i.ContainerId),
        ContainerDisconnectRequested i => Streams.Container(i.ContainerId),
        ContainerStartRequested i => Streams.Container(i.ContainerId),
        ContainerStopRequested i => Streams.Container(i.ContainerId),
        ContainerKillRequested i => Streams.Container(i.ContainerId),
        ContainerPauseRequested i => Streams.Container(i.ContainerId),
        ContainerUnpauseRequested i => Streams.Container(i.ContainerId),
        ContainerCommitRequested i => Streams.Container(i.ContainerId),
        ExecStartRequested i => Streams.Container(i.ContainerId),
        ContainerRemoveRequested i => Streams.Container(i.ContainerId),
        ContainerUpdateRequested i => Streams.Container(i.ContainerId),
        ContainerFilesReadRequested i => Streams.Container(i.ContainerId),
        ContainerFilesWriteRequested i => Streams.Container(i.ContainerId),
        _ => null,
    };

    private static string? ContainerOf(Report report) => report switch
    {
        RootFsMountedReport r => r.ContainerId,
        RootFsUnmountedReport r => r.ContainerId,
        BridgeAttachedReport r => r.ContainerId,
        BridgeDetachedReport r => r.ContainerId,
        IpAssignedReport r => r.ContainerId,
        IpReleasedReport r => r.ContainerId,
        PortsPublishedReport r => r.ContainerId,
        PortsUnpublishedReport r => r.ContainerId,
        ContainerStartedReport r => r.ContainerId,
        ContainerExitedReport r => r.ContainerId,
        RestartScheduledReport r => r.ContainerId,
        ContainerRestartedReport r => r.ContainerId,
        RestartCancelledReport r => r.ContainerId,
        HealthChangedReport r => r.ContainerId,
        ContainerStoppedReport r => r.ContainerId,
        ContainerSignalledReport r => r.ContainerId,
        ContainerPausedReport r => r.ContainerId,
        ContainerUnpausedReport r => r.ContainerId,
        ContainerRemovedReport r => r.ContainerId,
        ExecStartedReport r => r.ContainerId,
        ExecExitedReport r => r.ContainerId,
        SessionRecordedReport r => r.ContainerId,
        ContainerFilesWrittenReport r => r.ContainerId,
        NetworkConnectedReport r => r.ContainerId,
        NetworkDisconnectedReport r => r.ContainerId,
        ContainerUpdatedReport r => r.ContainerId,
        StepFailedReport r => r.ContainerId,
        _ => null,
    };
}
