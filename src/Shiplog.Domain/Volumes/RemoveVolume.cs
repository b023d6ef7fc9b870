namespace Shiplog.Domain.Volumes;

/// <summary>Delete a volume and what is in it. Its history stays.</summary>
/// <param name="Force">Asked for also where it is not there.</param>
/// <param name="ContainerId">The container that it goes with.</param>
public sealed record RemoveVolume(string CommandId, string Name, bool Force, string? ContainerId = null)
{
    /// <summary>Judges the command on this state.</summary>
    /// <param name="users">Ids of the containers that mount it, running or not.</param>
    public static Decision Decide(RemoveVolume command, Volume volume, IReadOnlyList<string> users, DateTimeOffset now)
    {
        if (volume.Knows(command.CommandId))
            return Decision.Nothing;
        if (!volume.Exists)
            return command.Force ? Decision.Nothing : Decision.Refuse(RefusalKind.NotFound, $"get {command.Name}: no such volume");
        if (volume.Status is VolumeStatus.Removing)
            return Decision.Refuse(RefusalKind.Conflict, $"remove {command.Name}: the volume is being removed already");
        return users is not []
            ? Decision.Refuse(RefusalKind.Conflict, $"remove {command.Name}: volume is in use - [{string.Join(", ", users)}]")
            : Decision.Accept(new VolumeRemoveRequested(command.Name, command.CommandId, command.Force, command.ContainerId, now));
    }
}
