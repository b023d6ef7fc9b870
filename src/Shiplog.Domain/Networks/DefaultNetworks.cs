using System.Globalization;
using System.Net;

namespace Shiplog.Domain.Networks;

/// <summary>The three networks that every instance has: <c>bridge</c>, <c>none</c> and <c>host</c>.</summary>
public static class DefaultNetworks
{
    /// <summary>Whether one of them is called so.</summary>
    public static bool Has(string name) => name is "bridge" or "none" or "host";

    /// <summary>The events that make those that are missing.</summary>
    /// <param name="bip">The bridge's address and subnet, as <c>172.17.0.1/16</c>; where not set, the first free of 172.17..172.31.</param>
    /// <param name="taken">The subnets that the host's interfaces are in.</param>
    /// <param name="newId">64 hexadecimal digits.</param>
    /// <exception cref="FormatException"><paramref name="bip"/> is not an address with a prefix length.</exception>
    public static IReadOnlyList<NetworkCreated> Decide(
        IReadOnlyCollection<Network> present, string? bip, string bridge, IReadOnlyCollection<IPNetwork> taken, Func<string> newId, DateTimeOffset now)
    {
        var made = new List<NetworkCreated>();
        if (present.All(n => n.Name != "bridge"))
        {
            var (subnet, gateway) = Subnet(bip, taken);
            made.Add(new NetworkCreated(newId(), "bridge", "bridge", subnet, gateway, bridge, now));
        }
        if (present.All(n => n.Name != "none"))
            made.Add(new NetworkCreated(newId(), "none", "null", null, null, null, now));
        if (present.All(n => n.Name != "host"))
            made.Add(new NetworkCreated(newId(), "host", "host", null, null, null, now));
        return made;
    }

    private static (string Subnet, string Gateway) Subnet(string? bip, IReadOnlyCollection<IPNetwork> taken)
    {
        if (bip is not null)
        {
            var slash = bip.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !IPAddress.TryParse(bip.AsSpan(0, slash), out var gateway)
                || !int.TryParse(bip.AsSpan(slash + 1), CultureInfo.InvariantCulture, out var prefix) || prefix is < 1 or > 30
                || gateway.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
                throw new FormatException($"\"bip\": {bip} is not an IPv4 address with a prefix length of 1 to 30, as 172.17.0.1/16");
            return ($"{Masked(gateway, prefix)}/{prefix}", gateway.ToString());
        }
        for (var second = 17; second <= 31; second++)
        {
            var candidate = IPNetwork.Parse($"172.{second}.0.0/16");
            if (!taken.Any(t => t.Contains(candidate.BaseAddress) || candidate.Contains(t.BaseAddress)))
                return (candidate.ToString(), $"172.{second}.0.1");
        }
        throw new FormatException("all of 172.17.0.0/16 to 172.31.0.0/16 are in use on this host; set \"bip\" to an address with a prefix length");
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < 32; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
