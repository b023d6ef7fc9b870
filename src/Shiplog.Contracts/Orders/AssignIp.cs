namespace Shiplog.Contracts.Orders;

/// <summary>Give the container's interface the address that the server has leased, and the default route.</summary>
public sealed record AssignIp(string NetworkId, string Address, int PrefixLength, string Gateway)
{
    /// <summary>Without the default route: another network has it, or this one leads nowhere.</summary>
    public bool WithoutRoute { get; init; }
}

/// <summary>The address is on the interface and the route is set.</summary>
public sealed record IpAssignedReport(
    string ContainerId, string NetworkId, string Address, int PrefixLength, string Gateway, TimeSpan Duration, DateTimeOffset At)
    : Report(At);

/// <summary>Undo of <see cref="IpAssignedReport"/>. The lease ends with it.</summary>
public sealed record IpReleasedReport(string ContainerId, string NetworkId, string Address, DateTimeOffset At) : Report(At);
