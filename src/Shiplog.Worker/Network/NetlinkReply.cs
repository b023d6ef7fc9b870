using System.Buffers.Binary;
using System.Text;

namespace Shiplog.Worker.Network;

/// <summary>One message of the kernel's answer to a list request.</summary>
internal readonly record struct NetlinkReply(ushort Type, ReadOnlyMemory<byte> Body)
{
    private const ushort NLMSG_DONE = 3;
    private const ushort NLMSG_ERROR = 2;
    private const ushort RTM_NEWLINK = 16;
    private const ushort IFLA_IFNAME = 3;
    private const ushort IFLA_MASTER = 10;
    private const ushort NLA_F_NESTED = 0x8000;
    private const int HeaderLength = 16;
    private const int LinkPartLength = 16;

    public bool IsLast => Type is NLMSG_DONE or NLMSG_ERROR;

    public bool IsLink => Type == RTM_NEWLINK;

    /// <summary>An interface's name.</summary>
    public string Name => Find(Body[LinkPartLength..], IFLA_IFNAME) is { } name ? Encoding.ASCII.GetString(name.Span).TrimEnd('\0') : "";

    /// <summary>The index of the bridge that an interface is a port of.</summary>
    public int? Master => Find(Body[LinkPartLength..], IFLA_MASTER) is { } master ? BinaryPrimitives.ReadInt32LittleEndian(master.Span) : null;

    public static IEnumerable<NetlinkReply> Split(ReadOnlyMemory<byte> answer)
    {
        while (answer.Length >= HeaderLength)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(answer.Span);
            if (length < HeaderLength || length > answer.Length)
                yield break;
            yield return new NetlinkReply(BinaryPrimitives.ReadUInt16LittleEndian(answer.Span[4..]), answer[HeaderLength..length]);
            answer = answer[Math.Min(answer.Length, Align(length))..];
        }
    }

    /// <summary>An attribute's content (netlink(7), struct nlattr); <see langword="null"/> where it is not there.</summary>
    public static ReadOnlyMemory<byte>? Find(ReadOnlyMemory<byte> attributes, ushort wanted)
    {
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes.Span);
            if (length < 4 || length > attributes.Length)
                return null;
            if ((BinaryPrimitives.ReadUInt16LittleEndian(attributes.Span[2..]) & ~NLA_F_NESTED) == wanted)
                return attributes[4..length];
            attributes = attributes[Math.Min(attributes.Length, Align(length))..];
        }

        return null;
    }

    private static int Align(int length) => (length + 3) & ~3;
}
