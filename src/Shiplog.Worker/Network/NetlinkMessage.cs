using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Shiplog.Worker.Network;

/// <summary>
/// A route netlink request as bytes (netlink(7), rtnetlink(7)): a header, a fixed part, attributes that may nest. Building
/// one touches nothing, so what a step is going to ask of the kernel can be looked at in a test.
/// </summary>
internal sealed class NetlinkMessage
{
    private const int HeaderLength = 16;
    private readonly List<byte> _bytes = new(256);

    public NetlinkMessage(ushort type, ushort flags, ReadOnlySpan<byte> fixedPart)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        _bytes.AddRange(header);
        _bytes.AddRange(fixedPart);
    }

    public NetlinkMessage Add(ushort attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], attribute);
        _bytes.AddRange(head);
        _bytes.AddRange(value);
        Pad();
        return this;
    }

    public NetlinkMessage Add(ushort attribute, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Add(attribute, bytes);
    }

    // Names end with a zero byte.
    public NetlinkMessage Add(ushort attribute, string value) => Add(attribute, Encoding.ASCII.GetBytes(value + '\0'));

    public NetlinkMessage Add(ushort attribute, IPAddress value) => Add(attribute, value.GetAddressBytes());

    /// <summary>An attribute that holds others, after a fixed part of its own where it has one.</summary>
    public NetlinkMessage Nest(ushort attribute, ReadOnlySpan<byte> fixedPart, Action<NetlinkMessage> inner)
    {
        var start = _bytes.Count;
        Add(attribute, fixedPart);
        inner(this);
        BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(_bytes)[start..], (ushort)(_bytes.Count - start));
        return this;
    }

    public NetlinkMessage Nest(ushort attribute, Action<NetlinkMessage> inner) => Nest(attribute, [], inner);

    /// <summary>The request, complete with its length and this sequence number.</summary>
    public byte[] ToBytes(uint sequence)
    {
        var bytes = _bytes.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), sequence);
        return bytes;
    }

    // Attributes begin at multiples of four; the length of one does not count its padding.
    private void Pad()
    {
        while (_bytes.Count % 4 != 0)
            _bytes.Add(0);
    }
}
