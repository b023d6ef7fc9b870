using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Shiplog.Domain.Networks;

/// <summary>An IPv4 subnet as numbers.</summary>
/// <param name="Base">Its lowest address.</param>
/// <param name="Prefix">0..32.</param>
public readonly record struct Subnet(uint Base, int Prefix)
{
    private uint Mask => Prefix == 0 ? 0 : uint.MaxValue << (32 - Prefix);

    /// <summary>Its highest address: the broadcast address.</summary>
    public uint Last => Base | ~Mask;

    /// <summary>Reads <c>10.1.2.3/16</c>; what is beyond the prefix is left out.</summary>
    public static bool TryParse(string? cidr, out Subnet subnet)
    {
        subnet = default;
        var slash = cidr?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0 || !TryAddress(cidr![..slash], out var address)
            || !int.TryParse(cidr.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > 32)
            return false;
        subnet = new Subnet(address, prefix);
        subnet = subnet with { Base = address & subnet.Mask };
        return true;
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static Subnet Parse(string cidr) => TryParse(cidr, out var subnet) ? subnet : throw new FormatException($"{cidr} is not an IPv4 subnet");

    /// <summary>Reads an IPv4 address.</summary>
    public static bool TryAddress(string? text, out uint address)
    {
        address = 0;
        if (!IPAddress.TryParse(text, out var ip) || ip.AddressFamily != AddressFamily.InterNetwork)
            return false;
        address = BinaryPrimitives.ReadUInt32BigEndian(ip.GetAddressBytes());
        return true;
    }

    /// <summary>An address as text.</summary>
    public static string Text(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");

    /// <summary>Whether the address is in it.</summary>
    public bool Contains(uint address) => address >= Base && address <= Last;

    /// <summary>Whether all of the other is in it.</summary>
    public bool Contains(Subnet other) => Contains(other.Base) && Contains(other.Last);

    /// <summary>Whether they share an address.</summary>
    public bool Overlaps(Subnet other) => Contains(other.Base) || other.Contains(Base);

    /// <summary>Its parts of this size, lowest first.</summary>
    public IEnumerable<Subnet> Parts(int prefix)
    {
        for (ulong at = Base; at <= Last; at += 1UL << (32 - prefix))
            yield return new Subnet((uint)at, prefix);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Text(Base)}/{Prefix.ToString(CultureInfo.InvariantCulture)}";
}
