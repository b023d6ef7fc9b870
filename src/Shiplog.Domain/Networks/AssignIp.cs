using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Networks;

/// <summary>Step 5, decided: which address a starting container gets, and what its interfaces are called.</summary>
public static class AssignIp
{
    /// <summary>
    /// How long a released address rests where others are free: its neighbours may still hold the last holder's MAC address.
    /// </summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(10);

    private const string FirstInterface = "eth0";

    /// <summary>An address that is held, or was until lately.</summary>
    /// <param name="Until"><see cref="DateTimeOffset.MaxValue"/> while it is held.</param>
    public sealed record Lease(string Address, DateTimeOffset Until);

    /// <summary>The lowest free address of the network that has rested, or the one that has rested longest.</summary>
    /// <param name="leases">All leases that are held or ended within <see cref="Quarantine"/>.</param>
    /// <returns><see langword="null"/> where no address is free.</returns>
    public static NetworkEndpoint? Choose(Network network, string containerId, IEnumerable<Lease> leases, DateTimeOffset now) =>
        Choose(network, containerId, new NetworkAttachment(network.Id, network.Name), FirstInterface, leases, now);

    /// <summary>As that, or the very address that is asked for.</summary>
    /// <param name="interface">The interface's name in the container.</param>
    public static NetworkEndpoint? Choose(
        Network network, string containerId, NetworkAttachment wanted, string @interface, IEnumerable<Lease> leases, DateTimeOffset now)
    {
        if (network.Subnet is not { } cidr || network.Gateway is not { } gateway || network.Bridge is not { } bridge)
            return null;
        var subnet = Subnet.Parse(cidr);
        var used = leases.GroupBy(l => Number(l.Address)).ToDictionary(g => g.Key, g => g.Max(l => l.Until));
        used[Number(gateway)] = DateTimeOffset.MaxValue;
        var free = wanted.Address is { } asked ? Free(Number(asked), used, now)
            : Lowest(subnet, network.IpRange is { } range ? Subnet.Parse(range) : subnet, used, now);
        if (free is not { } number)
            return null;
        var address = Subnet.Text(number);
        return new NetworkEndpoint(
            network.Id, network.Name, bridge, cidr, gateway, address, subnet.Prefix, HostInterface(containerId, @interface),
            wanted.MacAddress?.ToLowerInvariant() ?? Mac(number))
        {
            Interface = @interface is FirstInterface ? null : @interface,
            Internal = network.Internal,
            Isolated = !network.IsOn(BridgeOptions.Icc),
            Unmasqueraded = !network.IsOn(BridgeOptions.Masquerade),
            Mtu = BridgeOptions.MtuOf(network),
        };
    }

    /// <summary>The lowest name that none of these interfaces has.</summary>
    public static string FreeInterface(IEnumerable<NetworkEndpoint> present)
    {
        var used = present.Select(e => e.Interface ?? FirstInterface).ToHashSet();
        return Enumerable.Range(0, int.MaxValue).Select(n => string.Create(CultureInfo.InvariantCulture, $"eth{n}")).First(name => !used.Contains(name));
    }

    private static uint? Free(uint asked, Dictionary<uint, DateTimeOffset> used, DateTimeOffset now) =>
        used.TryGetValue(asked, out var until) && until > now ? null : asked;

    private static uint? Lowest(Subnet subnet, Subnet range, Dictionary<uint, DateTimeOffset> used, DateTimeOffset now)
    {
        var first = Math.Max(range.Base, subnet.Base + 1);
        var last = Math.Min(range.Last, subnet.Last - 1);
        for (var n = first; n <= last && n >= first; n++)
        {
            if (!used.ContainsKey(n))
                return n;
        }
        return used.Where(u => u.Value <= now && u.Key >= first && u.Key <= last).OrderBy(u => u.Value).ThenBy(u => u.Key)
            .Select(u => (uint?)u.Key).FirstOrDefault();
    }

    /// <summary>Docker's form: a locally administered prefix and the address, so that one never contradicts the other.</summary>
    private static string Mac(uint address) => string.Create(
        CultureInfo.InvariantCulture, $"02:42:{address >> 24:x2}:{(address >> 16) & 255:x2}:{(address >> 8) & 255:x2}:{address & 255:x2}");

    /// <summary>One name for a container's whole life; at most 15 bytes, as the kernel demands.</summary>
    private static string HostInterface(string containerId, string @interface) => "veth" + Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(@interface is FirstInterface ? containerId : $"{containerId}/{@interface}")))[..8];

    private static uint Number(string address) =>
        Subnet.TryAddress(address, out var number) ? number : throw new FormatException($"{address} is not an IPv4 address");
}
