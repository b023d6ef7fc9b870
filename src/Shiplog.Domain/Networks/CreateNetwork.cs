namespace Shiplog.Domain.Networks;

/// <summary>The subnet that a network is to have; what is <see langword="null"/> is chosen.</summary>
/// <param name="Subnet">CIDR.</param>
/// <param name="IpRange">CIDR.</param>
public sealed record SubnetWanted(string? Subnet = null, string? Gateway = null, string? IpRange = null);

/// <summary>Where the subnets are taken from that nobody has chosen.</summary>
/// <param name="Base">CIDR.</param>
/// <param name="Size">Prefix length of a subnet.</param>
public sealed record AddressPool(string Base, int Size)
{
    /// <summary>Docker's own.</summary>
    public static IReadOnlyList<AddressPool> Default { get; } =
        [.. Enumerable.Range(17, 15).Select(second => new AddressPool($"172.{second}.0.0/16", 16)), new AddressPool("192.168.0.0/16", 20)];
}

/// <summary>Make a bridge network. The bridge itself is made when the first container joins.</summary>
/// <param name="NetworkId">64 hexadecimal digits, drawn by the server.</param>
public sealed record CreateNetwork(string CommandId, string NetworkId, string Name, SubnetWanted Wanted)
{
    // Two addresses besides the network's own and the broadcast's: the bridge's and a container's.
    private const int LongestPrefix = 30;

    /// <summary>No way out, and none in.</summary>
    public bool Internal { get; init; }

    /// <summary>As asked for.</summary>
    public bool Attachable { get; init; }

    /// <summary>The user's own words.</summary>
    public Dictionary<string, string> Labels { get; init; } = [];

    /// <summary>The driver's.</summary>
    public Dictionary<string, string> Options { get; init; } = [];

    /// <param name="present">All networks that are not removed.</param>
    /// <param name="pools">For the subnet that nobody has chosen.</param>
    /// <param name="taken">The subnets that the host's interfaces are in: left alone by what is chosen here.</param>
    public static Decision Decide(
        CreateNetwork command, IReadOnlyCollection<Network> present, IReadOnlyList<AddressPool> pools, IReadOnlyCollection<Subnet> taken, DateTimeOffset now)
    {
        if (DefaultNetworks.Has(command.Name))
            return Decision.Refuse(RefusalKind.Forbidden, $"operation is not permitted on predefined {command.Name} network ");
        if (string.IsNullOrWhiteSpace(command.Name))
            return Decision.Refuse(RefusalKind.Invalid, $"invalid name: {command.Name}");
        if (present.Any(n => n.Name == command.Name))
            return Decision.Refuse(RefusalKind.Conflict, $"network with name {command.Name} already exists");
        if (BridgeOptions.Fault(command.Options) is { } fault)
            return new Decision.Refused(fault);
        var bridge = command.Options.GetValueOrDefault(BridgeOptions.BridgeName, "br-" + command.NetworkId[..12]);
        if (present.FirstOrDefault(n => n.Bridge == bridge) is { } other)
            return Decision.Refuse(RefusalKind.Forbidden, $"cannot create network {command.NetworkId} ({bridge}): conflicts with network {other.Id} ({bridge}): networks have same bridge name");
        Subnet[] others = [.. present.Where(n => n.Subnet is not null).Select(n => Subnet.Parse(n.Subnet!))];
        if (Fault(command.Wanted, others) is { } wrong)
            return new Decision.Refused(wrong);
        if (Choose(command.Wanted, pools, [.. others, .. taken]) is not { } subnet)
        {
            return Decision.Refuse(
                RefusalKind.Failed, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network");
        }
        return Decision.Accept(new NetworkCreated(command.NetworkId, command.Name, "bridge", subnet.ToString(), Gateway(command.Wanted, subnet), bridge, now)
        {
            CommandId = command.CommandId,
            Internal = command.Internal,
            Attachable = command.Attachable,
            Labels = command.Labels is { Count: > 0 } labels ? labels : null,
            Options = command.Options is { Count: > 0 } options ? options : null,
            IpRange = Range(command.Wanted)?.ToString(),
            SubnetGiven = command.Wanted.Subnet is not null,
        });
    }

    private static Refusal? Fault(SubnetWanted wanted, Subnet[] others)
    {
        if (wanted.Subnet is null)
        {
            return wanted is { Gateway: null, IpRange: null } ? null
                : new Refusal(RefusalKind.Invalid, $"{(wanted.Gateway is null ? "ip-range" : "gateway")} {wanted.Gateway ?? wanted.IpRange} needs a subnet that it is in");
        }
        if (!Subnet.TryParse(wanted.Subnet, out var subnet))
            return new Refusal(RefusalKind.Invalid, $"invalid subnet {wanted.Subnet} : invalid CIDR block notation");
        if (subnet.Prefix is < 1 or > LongestPrefix)
            return new Refusal(RefusalKind.Invalid, $"invalid subnet {wanted.Subnet} : a prefix length of 1 to {LongestPrefix} is needed");
        if (wanted.IpRange is not null && !(Subnet.TryParse(wanted.IpRange, out var range) && subnet.Contains(range)))
            return new Refusal(RefusalKind.Invalid, $"no matching subnet for range {wanted.IpRange}");
        if (wanted.Gateway is not null && !(Subnet.TryAddress(wanted.Gateway, out var gateway) && subnet.Contains(gateway)))
            return new Refusal(RefusalKind.Invalid, $"failed to allocate gateway ({wanted.Gateway}): Requested address is out of range");
        return others.Any(subnet.Overlaps) ? new Refusal(RefusalKind.Forbidden, "Pool overlaps with other one on this address space") : null;
    }

    private static Subnet? Choose(SubnetWanted wanted, IReadOnlyList<AddressPool> pools, Subnet[] used) => wanted.Subnet is { } given
        ? Subnet.Parse(given)
        : pools.SelectMany(p => Subnet.Parse(p.Base).Parts(p.Size)).Where(candidate => !used.Any(candidate.Overlaps)).Select(s => (Subnet?)s).FirstOrDefault();

    private static Subnet? Range(SubnetWanted wanted) => wanted.IpRange is { } range ? Subnet.Parse(range) : null;

    // As Docker: without a word about it the gateway is the first address that containers might have.
    private static string Gateway(SubnetWanted wanted, Subnet subnet) =>
        wanted.Gateway ?? Subnet.Text(Range(wanted) is { } range && range.Base != subnet.Base ? range.Base : subnet.Base + 1);
}
