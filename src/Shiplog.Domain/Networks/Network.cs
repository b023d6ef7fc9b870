namespace Shiplog.Domain.Networks;

/// <summary>Where a network is in its life. 0 is one that never was.</summary>
public enum NetworkStatus
{
    /// <summary>No event yet.</summary>
    Absent = 0,
    /// <summary>Containers may join it.</summary>
    Present,
    /// <summary>A removal is under way.</summary>
    Removing,
    /// <summary>Gone from the host; the history stays.</summary>
    Removed,
}

/// <summary>A network's present state: the fold of its stream.</summary>
public sealed record Network
{
    /// <summary>64 hexadecimal digits.</summary>
    public string Id { get; init; } = "";
    /// <summary><c>bridge</c>, <c>none</c>, <c>host</c> are the default ones.</summary>
    public string Name { get; init; } = "";
    /// <summary><c>bridge</c>, <c>null</c> or <c>host</c>.</summary>
    public string Driver { get; init; } = "";
    /// <summary>CIDR.</summary>
    public string? Subnet { get; init; }
    /// <summary>The bridge's own address.</summary>
    public string? Gateway { get; init; }
    /// <summary>Interface name.</summary>
    public string? Bridge { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Where it is in its life.</summary>
    public NetworkStatus Status { get; init; } = NetworkStatus.Present;
    /// <summary>No way out, and none in.</summary>
    public bool Internal { get; init; }
    /// <summary>As asked for.</summary>
    public bool Attachable { get; init; }
    /// <summary>The user's own words.</summary>
    public Dictionary<string, string> Labels { get; init; } = [];
    /// <summary>The driver's options.</summary>
    public Dictionary<string, string> Options { get; init; } = [];
    /// <summary>CIDR: the part of the subnet that addresses are chosen from.</summary>
    public string? IpRange { get; init; }
    /// <summary>Somebody chose the subnet.</summary>
    public bool SubnetGiven { get; init; }

    /// <summary>No event yet.</summary>
    public static readonly Network Absent = new() { Status = NetworkStatus.Absent };

    /// <summary>One that every instance has and nobody can remove.</summary>
    public bool IsPredefined => DefaultNetworks.Has(Name);

    /// <summary>Its containers find each other by name.</summary>
    public bool IsUserDefined => Driver is "bridge" && !IsPredefined;

    /// <summary>The state after one more event.</summary>
    public static Network Apply(Network n, object @event) => @event switch
    {
        NetworkCreated e => n with
        {
            Id = e.NetworkId,
            Name = e.Name,
            Driver = e.Driver,
            Subnet = e.Subnet,
            Gateway = e.Gateway,
            Bridge = e.Bridge,
            CreatedAt = e.At,
            Status = NetworkStatus.Present,
            Internal = e.Internal,
            Attachable = e.Attachable,
            Labels = e.Labels ?? [],
            Options = e.Options ?? [],
            IpRange = e.IpRange,
            SubnetGiven = e.SubnetGiven,
        },
        NetworkRemoveRequested => n with { Status = NetworkStatus.Removing },
        NetworkRemoved => n with { Status = NetworkStatus.Removed },
        NetworkCommandFailed => n with { Status = NetworkStatus.Present },
        _ => n,
    };
}
