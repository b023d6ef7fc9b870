using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// The kernel's memory of conversations (linux/netfilter/nfnetlink_conntrack.h). It decides where a conversation goes by its
/// first packet: one of datagrams that goes on and on would not notice that a port has been published, or is another container's.
/// </summary>
internal sealed class Conversations(ILogger<Conversations> logger) : IDisposable
{
    private const ushort CTNETLINK_GET = 0x101;
    private const ushort CTNETLINK_DELETE = 0x102;
    private const ushort NLM_F_REQUEST = 0x1;
    private const ushort NLM_F_ACK = 0x4;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort CTA_TUPLE_ORIG = 1;
    private const ushort CTA_TUPLE_IP = 1;
    private const ushort CTA_TUPLE_PROTO = 2;
    private const ushort CTA_IP_V4_DST = 2;
    private const ushort CTA_PROTO_NUM = 1;
    private const ushort CTA_PROTO_DST_PORT = 3;
    private const ushort NLA_F_NESTED = 0x8000;
    private const byte AF_INET = 2;
    private const byte IPPROTO_UDP = 17;

    // struct nfgenmsg: family, version, resource id (2)
    private static readonly byte[] Head = [AF_INET, 0, 0, 0];

    private readonly NetlinkSocket _netlink = new(Interop.NETLINK_NETFILTER);

    /// <summary>Forgets those of datagrams with these ports: their next packet is treated as a first one.</summary>
    public void Forget(PortMapping[] ports)
    {
        var wanted = ports.Where(p => p.Protocol is "udp").ToLookup(p => p.HostPort, p => IPAddress.Parse(p.HostIp));
        if (wanted.Count == 0)
            return;
        try
        {
            var own = OwnAddresses();
            foreach (var entry in _netlink.List(new NetlinkMessage(CTNETLINK_GET, NLM_F_REQUEST | NLM_F_DUMP, Head), "conversations"))
            {
                if (NetlinkReply.Find(entry.Body[Head.Length..], CTA_TUPLE_ORIG) is { } tuple && Destination(tuple) is var (address, port)
                    && wanted[port].Any(at => at.Equals(address) || (at.Equals(IPAddress.Any) && own.Contains(address))))
                    _netlink.Ensure(new NetlinkMessage(CTNETLINK_DELETE, NLM_F_REQUEST | NLM_F_ACK, Head).Add(CTA_TUPLE_ORIG | NLA_F_NESTED, tuple.Span), "a conversation");
            }
        }
        catch (LinuxException e)
        {
            // Without it nothing is lost but the patience of who keeps on sending: it ends by itself when he pauses.
            logger.ConversationsKept(e.Message);
        }
    }

    public void Dispose() => _netlink.Dispose();

    private static HashSet<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)];

    /// <summary>Where the conversation's first packet was sent to; <see langword="null"/> where it is not one of datagrams.</summary>
    private static (IPAddress Address, int Port)? Destination(ReadOnlyMemory<byte> tuple)
    {
        if (NetlinkReply.Find(tuple, CTA_TUPLE_PROTO) is not { } protocol || NetlinkReply.Find(protocol, CTA_PROTO_NUM) is not { Span: [IPPROTO_UDP, ..] }
            || NetlinkReply.Find(protocol, CTA_PROTO_DST_PORT) is not { } port || NetlinkReply.Find(tuple, CTA_TUPLE_IP) is not { } addresses
            || NetlinkReply.Find(addresses, CTA_IP_V4_DST) is not { } address)
            return null;
        return (new IPAddress(address.Span), BinaryPrimitives.ReadUInt16BigEndian(port.Span));
    }
}
