namespace Shiplog.Domain.Networks;

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

    /// <summary>No event yet.</summary>
    public static readonly Network Absent = new();

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
        },
        _ => n,
    };
}
