using System.Buffers.Binary;
using System.Net;

namespace Shiplog.Worker.Network;

/// <summary>
/// The requests that add ports to the maps of our table and take them out (linux/netfilter/nf_tables.h). By netlink: starting
/// nft takes longer than all else that a port needs.
/// </summary>
internal static class ElementPlans
{
    private const ushort NFNL_MSG_BATCH_BEGIN = 16;
    private const ushort NFNL_MSG_BATCH_END = 17;
    private const ushort NFT_MSG_NEWSETELEM = 0xa0c;
    private const ushort NFT_MSG_DELSETELEM = 0xa0e;

    private const ushort NLM_F_REQUEST = 0x1;
    private const ushort NLM_F_ACK = 0x4;
    private const ushort NLM_F_CREATE = 0x400;

    private const ushort NLA_F_NESTED = 0x8000;
    private const ushort NFTA_SET_ELEM_LIST_TABLE = 1;
    private const ushort NFTA_SET_ELEM_LIST_SET = 2;
    private const ushort NFTA_SET_ELEM_LIST_ELEMENTS = 3 | NLA_F_NESTED;
    private const ushort NFTA_LIST_ELEM = 1 | NLA_F_NESTED;
    private const ushort NFTA_SET_ELEM_KEY = 1 | NLA_F_NESTED;
    private const ushort NFTA_SET_ELEM_DATA = 2 | NLA_F_NESTED;
    private const ushort NFTA_DATA_VALUE = 1;

    private const byte AF_INET = 2;

    // struct nfgenmsg: family, version, resource id (2); that of a batch is the subsystem, nf_tables.
    private static readonly byte[] BatchHead = [0, 0, 0, 10];
    private static readonly byte[] Head = [AF_INET, 0, 0, 0];

    public static NetlinkMessage Begin() => new(NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, BatchHead);

    public static NetlinkMessage End() => new(NFNL_MSG_BATCH_END, NLM_F_REQUEST, BatchHead);

    /// <summary>One request a map.</summary>
    public static NetlinkMessage[] Add(string table, IEnumerable<PortForward> ports) => Change(
        NFT_MSG_NEWSETELEM, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, table, ports,
        (element, port) => element.Nest(NFTA_SET_ELEM_KEY, key => key.Add(NFTA_DATA_VALUE, Key(port))).Nest(NFTA_SET_ELEM_DATA, data => data.Add(NFTA_DATA_VALUE, Target(port))));

    /// <summary>One request a map.</summary>
    public static NetlinkMessage[] Delete(string table, IEnumerable<PortForward> ports) => Change(
        NFT_MSG_DELSETELEM, NLM_F_REQUEST | NLM_F_ACK, table, ports,
        (element, port) => element.Nest(NFTA_SET_ELEM_KEY, key => key.Add(NFTA_DATA_VALUE, Key(port))));

    private static NetlinkMessage[] Change(
        ushort type, ushort flags, string table, IEnumerable<PortForward> ports, Action<NetlinkMessage, PortForward> fill) =>
    [
        .. ports.GroupBy(p => p.Map).Select(map => new NetlinkMessage(type, flags, Head)
            .Add(NFTA_SET_ELEM_LIST_TABLE, table)
            .Add(NFTA_SET_ELEM_LIST_SET, map.Key)
            .Nest(NFTA_SET_ELEM_LIST_ELEMENTS, list =>
            {
                foreach (var port in map)
                    list.Nest(NFTA_LIST_ELEM, element => fill(element, port));
            })),
    ];

    // Each part of a concatenation begins at a multiple of four bytes, as registers do.
    private static byte[] Key(PortForward port) =>
        [.. port.Map == NatRules.PublishedAt ? IPAddress.Parse(port.HostIp).GetAddressBytes() : [], port.ProtocolNumber, 0, 0, 0, .. Port(port.HostPort)];

    private static byte[] Target(PortForward port) => [.. IPAddress.Parse(port.Address).GetAddressBytes(), .. Port(port.ContainerPort)];

    private static byte[] Port(int port)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }
}
