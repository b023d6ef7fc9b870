using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Volumes;

/// <summary>A volume that somebody needs.</summary>
/// <param name="Options">Of a volume that is asked for by name with their secrets: they go to the worker and nowhere else.</param>
public sealed record VolumeWanted(
    string Name, string Driver, Dictionary<string, string> Options, Dictionary<string, string> Labels, bool Anonymous)
{
    /// <summary>Docker's mark on volumes that nobody gave a name.</summary>
    public const string AnonymousLabel = "com.docker.volume.anonymous";
}

/// <summary>Make a volume. One that is there already is what was asked for, whatever its options.</summary>
public sealed record CreateVolume(string CommandId, VolumeWanted Wanted)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(CreateVolume command, Volume volume, DateTimeOffset now)
    {
        var wanted = command.Wanted;
        if (volume.Knows(command.CommandId))
            return Decision.Nothing;
        if ((Fault(wanted) ?? Unready(wanted.Name, volume)) is { } refusal)
            return new Decision.Refused(refusal);
        return volume.Status is VolumeStatus.Present
            ? Decision.Nothing
            : Decision.Accept(new VolumeCreateRequested(
                wanted.Name, command.CommandId, wanted.Driver, LocalDriver.WithoutSecrets(wanted.Options), wanted.Labels, wanted.Anonymous, now));
    }

    /// <summary>Adds to a container's creation the volumes that it needs and that are not there; refuses it where one cannot be.</summary>
    /// <param name="created">What the container's own decision came to.</param>
    /// <param name="volumes">The states of all volumes that the container mounts; one without events may be left out.</param>
    public static Decision Beside(
        Decision created, Mounts.MountPlan mounts, IReadOnlyDictionary<string, Volume> volumes, DateTimeOffset now)
    {
        if (created is not Decision.Accepted { Events: [ContainerCreated container, ..] } accepted)
            return created;
        var events = new List<object>(accepted.Events);
        foreach (var wanted in mounts.Volumes)
        {
            var volume = volumes.GetValueOrDefault(wanted.Name, Volume.Absent);
            if ((Fault(wanted) ?? Unready(wanted.Name, volume) ?? Secret(wanted, volume)) is { } refusal)
                return new Decision.Refused(refusal);
            if (volume.Status is not VolumeStatus.Present)
                events.Add(new VolumeCreated(wanted.Name, null, wanted.Driver, wanted.Options, wanted.Labels, container.ContainerId, wanted.Anonymous, now));
        }
        // Of another container (--volumes-from): it may have been removed since it was looked at.
        var shared = mounts.Points.Where(p => p.IsVolume).Select(p => p.Name).Except(mounts.Volumes.Select(v => v.Name));
        return shared.FirstOrDefault(name => volumes.GetValueOrDefault(name) is not { Status: VolumeStatus.Present }) is { } gone
            ? Decision.Refuse(RefusalKind.NotFound, $"get {gone}: no such volume")
            : new Decision.Accepted([.. events]);
    }

    private static Refusal? Fault(VolumeWanted wanted)
    {
        var fault = VolumeName.Fault(wanted.Name) is { } name ? new Refusal(RefusalKind.Invalid, name) : LocalDriver.Fault(wanted.Driver, wanted.Options);
        return fault is null ? null : fault with { Message = $"create {wanted.Name}: {fault.Message}" };
    }

    private static Refusal? Unready(string name, Volume volume) => volume.Status switch
    {
        VolumeStatus.Creating => new Refusal(RefusalKind.Conflict, $"create {name}: the volume is being created"),
        VolumeStatus.Removing => new Refusal(RefusalKind.Conflict, $"create {name}: the volume is being removed"),
        _ => null,
    };

    // The event would have to hold it, so it has been left out before.
    private static Refusal? Secret(VolumeWanted wanted, Volume volume) =>
        volume.Status is not VolumeStatus.Present && LocalDriver.HidesSecrets(wanted.Options)
            ? new Refusal(RefusalKind.Invalid, $"create {wanted.Name}: options with a password are taken by 'docker volume create' only; create the volume first")
            : null;
}
