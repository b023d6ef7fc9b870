namespace Shiplog.Domain.Volumes;

/// <summary>Where a volume is in its life. 0 is one that never was.</summary>
public enum VolumeStatus
{
    /// <summary>No event yet, or a creation that came to nothing.</summary>
    Absent = 0,
    /// <summary>A creation is under way.</summary>
    Creating,
    /// <summary>It can be mounted.</summary>
    Present,
    /// <summary>A removal is under way.</summary>
    Removing,
    /// <summary>Gone; the name is free.</summary>
    Removed,
}

/// <summary>A container that has a volume now, and where.</summary>
public sealed record VolumeUse(string ContainerId, string Destination);

/// <summary>A volume's present state: the fold of its stream.</summary>
public sealed record Volume
{
    /// <summary>Its identity.</summary>
    public string Name { get; init; } = "";
    /// <summary>Where it is in its life.</summary>
    public VolumeStatus Status { get; init; }
    /// <summary><c>local</c></summary>
    public string Driver { get; init; } = "";
    /// <summary>The driver's, without secrets.</summary>
    public Dictionary<string, string> Options { get; init; } = [];
    /// <summary>The user's.</summary>
    public Dictionary<string, string> Labels { get; init; } = [];
    /// <summary>Nobody gave it a name.</summary>
    public bool Anonymous { get; init; }
    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it was removed.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
    /// <summary>Who has it mounted now.</summary>
    public VolumeUse[] Uses { get; init; } = [];
    /// <summary>The intent that has no outcome yet.</summary>
    public string? OpenCommandId { get; init; }
    /// <summary>The command that ended last: a repetition of it changes nothing.</summary>
    public string? LastCommandId { get; init; }

    /// <summary>No event yet.</summary>
    public static readonly Volume Absent = new();

    /// <summary>Facts about it may still come: also while it is being removed, but not before it is made.</summary>
    public bool Exists => Status is VolumeStatus.Present or VolumeStatus.Removing;

    /// <summary>This command has been accepted already, and perhaps has ended.</summary>
    public bool Knows(string commandId) => OpenCommandId == commandId || LastCommandId == commandId;

    /// <summary>The state after one more event.</summary>
    public static Volume Apply(Volume v, object @event) => @event switch
    {
        VolumeCreateRequested e => new Volume { Name = e.Name, Status = VolumeStatus.Creating, OpenCommandId = e.CommandId },
        VolumeCreated e => new Volume
        {
            Name = e.Name,
            Status = VolumeStatus.Present,
            Driver = e.Driver,
            Options = e.Options,
            Labels = e.Labels,
            Anonymous = e.Anonymous,
            CreatedAt = e.At,
            LastCommandId = e.CommandId,
        },
        VolumeMounted e => v with { Uses = [.. Without(v, e.ContainerId, e.Destination), new VolumeUse(e.ContainerId, e.Destination)] },
        VolumeUnmounted e => v with { Uses = [.. Without(v, e.ContainerId, e.Destination)] },
        VolumeRemoveRequested e => v with { Status = VolumeStatus.Removing, OpenCommandId = e.CommandId },
        VolumeRemoved e => v with { Status = VolumeStatus.Removed, RemovedAt = e.At, Uses = [], OpenCommandId = null, LastCommandId = e.CommandId },
        VolumeCommandFailed e => v with
        {
            Status = e.Command is "RemoveVolume" ? VolumeStatus.Present : VolumeStatus.Absent,
            OpenCommandId = null,
            LastCommandId = e.CommandId,
        },
        _ => v,
    };

    private static IEnumerable<VolumeUse> Without(Volume v, string containerId, string destination) =>
        v.Uses.Where(u => u.ContainerId != containerId || u.Destination != destination);
}
