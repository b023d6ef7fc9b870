using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

    /// <summary>An address that is held, or was until lately.</summary>
    /// <param name="Until"><see cref="DateTimeOffset.MaxValue"/> while it is held.</param>
    public sealed record Lease(string Address, DateTimeOffset Until);

    /// <summary>The lowest free address of the network that has rested, or the one that has rested longest.</summary>
    /// <param name="leases">All leases that are held or ended within <see cref="Quarantine"/>.</param>
    /// <returns><see langword="null"/> where no address is free.</returns>
    public static NetworkEndpoint? Choose(Network network, string containerId, IEnumerable<Lease> leases, DateTimeOffset now)
    {
        if (network.Subnet is not { } cidr || network.Gateway is not { } gateway || network.Bridge is not { } bridge)
            return null;
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        var prefix = int.Parse(cidr.AsSpan(slash + 1), CultureInfo.InvariantCulture);
        var used = leases.GroupBy(l => ToNumber(l.Address)).ToDictionary(g => g.Key, g => g.Max(l => l.Until));
        used[ToNumber(gateway)] = DateTimeOffset.MaxValue;
        if (Lowest(ToNumber(cidr[..slash]), prefix, used, now) is not { } number)
            return null;
        var address = ToAddress(number);
        return new NetworkEndpoint(
            network.Id, network.Name, bridge, cidr, gateway, address.ToString(), prefix, HostInterface(containerId), Mac(address));
    }

    private static uint? Lowest(uint subnet, int prefix, Dictionary<uint, DateTimeOffset> used, DateTimeOffset now)
    {
        var mask = prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
        var first = (subnet & mask) + 1;
        var last = (subnet | ~mask) - 1;
        for (var n = first; n <= last && n >= first; n++)
        {
            if (!used.ContainsKey(n))
                return n;
        }
        return used.Where(u => u.Value <= now && u.Key >= first && u.Key <= last).OrderBy(u => u.Value).ThenBy(u => u.Key)
            .Select(u => (uint?)u.Key).FirstOrDefault();
    }

    /// <summary>Docker's form: a locally administered prefix and the address, so that one never contradicts the other.</summary>
    private static string Mac(IPAddress address) =>
        "02:42:" + string.Join(':', address.GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>One name for a container's whole life; at most 15 bytes, as the kernel demands.</summary>
    private static string HostInterface(string containerId) =>
        "veth" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(containerId)))[..8];

    private static uint ToNumber(string address) => IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork
        ? BinaryPrimitives.ReadUInt32BigEndian(ip.GetAddressBytes())
        : throw new FormatException($"{address} is not an IPv4 address");

    private static IPAddress ToAddress(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
