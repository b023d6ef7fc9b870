using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Shiplog.Worker.Network;

/// <summary>The requests to the kernel that networks are made of (rtnetlink(7), linux/if_link.h).</summary>
internal static class LinkPlans
{
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_DELLINK = 17;
    private const ushort RTM_GETLINK = 18;
    private const ushort RTM_SETLINK = 19;
    private const ushort RTM_NEWADDR = 20;
    private const ushort RTM_NEWROUTE = 24;

    private const ushort NLM_F_REQUEST = 0x1;
    private const ushort NLM_F_ACK = 0x4;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort NLM_F_EXCL = 0x200;
    private const ushort NLM_F_CREATE = 0x400;
    private const ushort Do = NLM_F_REQUEST | NLM_F_ACK;
    private const ushort Create = Do | NLM_F_CREATE | NLM_F_EXCL;

    private const ushort IFLA_ADDRESS = 1;
    private const ushort IFLA_IFNAME = 3;
    private const ushort IFLA_MTU = 4;
    private const ushort IFLA_MASTER = 10;
    private const ushort IFLA_PROTINFO = 12;
    private const ushort IFLA_BRPORT_MODE = 4;
    private const ushort IFLA_LINKINFO = 18;
    private const ushort IFLA_NET_NS_FD = 28;
    private const ushort IFLA_INFO_KIND = 1;
    private const ushort IFLA_INFO_DATA = 2;
    private const ushort VETH_INFO_PEER = 1;
    private const ushort IFA_ADDRESS = 1;
    private const ushort IFA_LOCAL = 2;
    private const ushort IFA_BROADCAST = 4;
    private const ushort RTA_OIF = 4;
    private const ushort RTA_GATEWAY = 5;
    private const ushort NLA_F_NESTED = 0x8000;
    private const ushort IFLA_BRPORT_ISOLATED = 33;
    private const uint IFF_UP = 1;
    private const byte AF_INET = 2;
    private const byte AF_BRIDGE = 7;

    /// <summary>A bridge, up.</summary>
    public static NetlinkMessage CreateBridge(string name, byte[] mac, int mtu) =>
        new NetlinkMessage(RTM_NEWLINK, Create, LinkPart(0, up: true))
            .Add(IFLA_IFNAME, name)
            // Without an address of its own a bridge takes its ports' lowest and changes it as containers come and go.
            .Add(IFLA_ADDRESS, mac)
            .Add(IFLA_MTU, (uint)mtu)
            .Nest(IFLA_LINKINFO, info => info.Add(IFLA_INFO_KIND, "bridge"));

    /// <summary>
    /// A veth pair: the host's end up and a port of the bridge; the other made in the container's namespace, so that there is
    /// no moment in which it is anywhere else. It is made down: the kernel opens it before the pair is complete (ENOTCONN).
    /// </summary>
    public static NetlinkMessage CreateVeth(string host, int bridge, string container, byte[] mac, int mtu, int netnsFd) =>
        new NetlinkMessage(RTM_NEWLINK, Create, LinkPart(0, up: true))
            .Add(IFLA_IFNAME, host)
            .Add(IFLA_MTU, (uint)mtu)
            .Add(IFLA_MASTER, (uint)bridge)
            .Nest(IFLA_LINKINFO, info => info
                .Add(IFLA_INFO_KIND, "veth")
                .Nest(IFLA_INFO_DATA, data => data
                    .Nest(VETH_INFO_PEER, LinkPart(0, up: false), peer => peer
                        .Add(IFLA_IFNAME, container)
                        .Add(IFLA_ADDRESS, mac)
                        .Add(IFLA_MTU, (uint)mtu)
                        .Add(IFLA_NET_NS_FD, (uint)netnsFd))));

    public static NetlinkMessage SetUp(int index) => new(RTM_NEWLINK, Do, LinkPart(index, up: true));

    /// <summary>Makes an interface a port of a bridge.</summary>
    public static NetlinkMessage SetMaster(int port, int bridge) => new NetlinkMessage(RTM_SETLINK, Do, LinkPart(port, up: false)).Add(IFLA_MASTER, (uint)bridge);

    /// <summary>A bridge's port takes back what came from it.</summary>
    public static NetlinkMessage SetHairpin(int port) => OfPort(port, IFLA_BRPORT_MODE);

    /// <summary>A bridge's port that passes nothing to other ports of this kind.</summary>
    public static NetlinkMessage IsolatePort(int port) => OfPort(port, IFLA_BRPORT_ISOLATED);

    private static NetlinkMessage OfPort(int port, ushort flag)
    {
        var part = LinkPart(port, up: false);
        part[0] = AF_BRIDGE;
        return new NetlinkMessage(RTM_SETLINK, Do, part).Nest(IFLA_PROTINFO | NLA_F_NESTED, info => info.Add(flag, [1]));
    }

    public static NetlinkMessage GetLink(string name) =>
        new NetlinkMessage(RTM_GETLINK, NLM_F_REQUEST, LinkPart(0, up: false)).Add(IFLA_IFNAME, name);

    public static NetlinkMessage ListLinks() => new(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, LinkPart(0, up: false));

    public static NetlinkMessage DeleteLink(string name) =>
        new NetlinkMessage(RTM_DELLINK, Do, LinkPart(0, up: false)).Add(IFLA_IFNAME, name);

    public static NetlinkMessage AddAddress(int index, IPAddress address, int prefixLength)
    {
        Span<byte> part = stackalloc byte[8];
        part[0] = AF_INET;
        part[1] = (byte)prefixLength;
        BinaryPrimitives.WriteUInt32LittleEndian(part[4..], (uint)index);
        return new NetlinkMessage(RTM_NEWADDR, Create, part)
            .Add(IFA_LOCAL, address)
            .Add(IFA_ADDRESS, address)
            .Add(IFA_BROADCAST, Broadcast(address, prefixLength));
    }

    public static NetlinkMessage AddDefaultRoute(int index, IPAddress gateway)
    {
        // family, destination and source length, tos, table main, protocol boot, scope universe, type unicast, flags
        ReadOnlySpan<byte> part = [AF_INET, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        return new NetlinkMessage(RTM_NEWROUTE, Create, part).Add(RTA_GATEWAY, gateway).Add(RTA_OIF, (uint)index);
    }

    public static byte[] ParseMac(string mac) =>
        [.. mac.Split(':').Select(part => byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    /// <summary>Docker's rule: a locally administered prefix, then the address.</summary>
    public static byte[] MacOf(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes()];

    internal static IPAddress Broadcast(IPAddress address, int prefixLength)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        var hosts = prefixLength == 0 ? uint.MaxValue : (uint)((1UL << (32 - prefixLength)) - 1);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value | hosts);
        return new IPAddress(bytes);
    }

    // struct ifinfomsg: family, padding, type (2), index (4), flags (4), change mask (4)
    private static byte[] LinkPart(int index, bool up)
    {
        var part = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(4), index);
        if (up)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(part.AsSpan(8), IFF_UP);
            BinaryPrimitives.WriteUInt32LittleEndian(part.AsSpan(12), IFF_UP);
        }

        return part;
    }
}
