using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Volumes;

/// <summary>What the worker reports of volumes.</summary>
public static class RecordVolume
{
    /// <summary>The outcome of a creation; recorded where it is still open.</summary>
    public static Decision Decide(VolumeCreatedReport report, OpenCommand? command) =>
        command is { Kind: "CreateVolume", Intent: VolumeCreateRequested i } && i.Name == report.Name
            ? Decision.Accept(new VolumeCreated(i.Name, command.CommandId, i.Driver, i.Options, i.Labels, null, i.Anonymous, report.At))
            : Decision.Nothing;

    /// <summary>The outcome of a removal; recorded where it is still open.</summary>
    public static Decision Decide(VolumeRemovedReport report, OpenCommand? command) =>
        command is { Kind: "RemoveVolume", Intent: VolumeRemoveRequested i } && i.Name == report.Name
            ? Decision.Accept(new VolumeRemoved(i.Name, command.CommandId, report.FreedBytes, report.At))
            : Decision.Nothing;

    /// <summary>Recorded once for each container and destination.</summary>
    public static Decision Decide(MountedVolume mounted, VolumesMountedReport report, Volume volume) =>
        !volume.Exists || Has(volume, report.ContainerId, mounted.Destination)
            ? Decision.Nothing
            : Decision.Accept(new VolumeMounted(
                volume.Name, report.ContainerId, mounted.Destination, mounted.ReadOnly, mounted.CopiedUp, report.Duration.TotalMilliseconds, report.At));

    /// <summary>Recorded where the container has it.</summary>
    public static Decision Decide(MountedVolume mounted, VolumesUnmountedReport report, Volume volume) =>
        Has(volume, report.ContainerId, mounted.Destination)
            ? Decision.Accept(new VolumeUnmounted(volume.Name, report.ContainerId, mounted.Destination, report.At))
            : Decision.Nothing;

    /// <summary>The outcome of a command that came to nothing; recorded where it is still open.</summary>
    public static Decision Decide(OrderFailure failure, OpenCommand? command, DateTimeOffset at) => command?.Intent switch
    {
        VolumeCreateRequested i => Failed(i.Name, command, failure, at),
        VolumeRemoveRequested i => Failed(i.Name, command, failure, at),
        _ => Decision.Nothing,
    };

    private static Decision Failed(string name, OpenCommand command, OrderFailure failure, DateTimeOffset at) =>
        Decision.Accept(new VolumeCommandFailed(name, command.CommandId, command.Kind, failure.Kind.ToString(), failure.Error, at));

    private static bool Has(Volume volume, string containerId, string destination) =>
        volume.Uses.Any(u => u.ContainerId == containerId && u.Destination == destination);
}
