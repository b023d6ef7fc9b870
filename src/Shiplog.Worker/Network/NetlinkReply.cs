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
    private const int HeaderLength = 16;
    private const int LinkPartLength = 16;

    public bool IsLast => Type is NLMSG_DONE or NLMSG_ERROR;

    public bool IsLink => Type == RTM_NEWLINK;

    /// <summary>An interface's name.</summary>
    public string Name => Find(IFLA_IFNAME) is { } name ? Encoding.ASCII.GetString(name.Span).TrimEnd('\0') : "";

    /// <summary>The index of the bridge that an interface is a port of.</summary>
    public int? Master => Find(IFLA_MASTER) is { } master ? BinaryPrimitives.ReadInt32LittleEndian(master.Span) : null;

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

    private ReadOnlyMemory<byte>? Find(ushort attribute)
    {
        for (var rest = Body[LinkPartLength..]; rest.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            if (length < 4 || length > rest.Length)
                return null;
            if (BinaryPrimitives.ReadUInt16LittleEndian(rest.Span[2..]) == attribute)
                return rest[4..length];
            rest = rest[Math.Min(rest.Length, Align(length))..];
        }

        return null;
    }

    private static int Align(int length) => (length + 3) & ~3;
}
