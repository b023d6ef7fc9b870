using System.Globalization;
using System.Text;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers.Tar;

/// <summary>
/// Writes a tar archive: ustar, with a pax header before the members that need one (long names, times with fractions, extended
/// attributes). The same entries make the same bytes.
/// </summary>
internal sealed class TarWriter(Stream target)
{
    private const long LargestOctal11 = 0x1_ffff_ffff; // Eleven octal digits.
    private const long LargestOctal7 = 0x1f_ffff;

    private static readonly byte[] Zeros = new byte[TarHeader.BlockSize];

    private long _content, _size;

    /// <summary>Begins a member; exactly <see cref="TarEntry.Size"/> bytes of content must follow.</summary>
    public void Begin(TarEntry entry)
    {
        if (_content != 0)
            throw new InvalidOperationException("the member before is not complete");
        var pax = Pax(entry);
        if (pax.Length > 0)
        {
            var header = new TarEntry { Name = "PaxHeaders/entry"u8.ToArray(), Size = pax.Length, Mode = 0x1a4 }; // 0644
            target.Write(Header(header, 'x'));
            target.Write(pax);
            Pad(pax.Length);
        }
        target.Write(Header(entry, (char)entry.Kind));
        (_content, _size) = (entry.Size, entry.Size);
    }

    public void Content(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > _content)
            throw new InvalidOperationException("more content than the member's size");
        target.Write(piece);
        _content -= piece.Length;
        if (_content == 0)
            Pad(_size);
    }

    /// <summary>Fills up what is missing of a member with zeros: a file may shrink while it is read.</summary>
    public void FillUp()
    {
        while (_content > 0)
            Content(Zeros.AsSpan(0, (int)Math.Min(_content, Zeros.Length)));
    }

    /// <summary>Writes the two empty blocks.</summary>
    public void End()
    {
        target.Write(Zeros);
        target.Write(Zeros);
    }

    private void Pad(long size) => target.Write(Zeros.AsSpan(0, (int)((TarHeader.BlockSize - size % TarHeader.BlockSize) % TarHeader.BlockSize)));

    private static byte[] Header(TarEntry entry, char flag)
    {
        var block = new byte[TarHeader.BlockSize];
        Text(block, 0, 100, entry.Name);
        Octal(block, 100, 8, entry.Mode);
        Octal(block, 108, 8, Math.Min(entry.Uid, LargestOctal7));
        Octal(block, 116, 8, Math.Min(entry.Gid, LargestOctal7));
        Octal(block, 124, 12, Math.Min(entry.Size, LargestOctal11));
        Octal(block, 136, 12, Math.Clamp(entry.Modified.Seconds, 0, LargestOctal11));
        block[156] = (byte)flag;
        Text(block, 157, 100, entry.LinkName);
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
        {
            Octal(block, 329, 8, Math.Min(entry.Major, LargestOctal7));
            Octal(block, 337, 8, Math.Min(entry.Minor, LargestOctal7));
        }
        block.AsSpan(148, 8).Fill((byte)' ');
        long sum = 0;
        foreach (var b in block)
            sum += b;
        Octal(block, 148, 7, sum);
        return block;
    }

    private static void Text(byte[] block, int offset, int room, byte[] text) =>
        text.AsSpan(0, Math.Min(room, text.Length)).CopyTo(block.AsSpan(offset)); // The whole of a longer one is in the pax header.

    // Digits and a zero after them.
    private static void Octal(byte[] block, int offset, int room, long value)
    {
        for (var i = room - 2; i >= 0; i--, value >>= 3)
            block[offset + i] = (byte)('0' + (value & 7));
    }

    private static byte[] Pax(TarEntry entry)
    {
        using var records = new MemoryStream();
        if (NeedsPax(entry.Name))
            Record(records, "path"u8, entry.Name);
        if (NeedsPax(entry.LinkName))
            Record(records, "linkpath"u8, entry.LinkName);
        if (entry.Size > LargestOctal11)
            Record(records, "size"u8, Number(entry.Size));
        if (entry.Uid > LargestOctal7)
            Record(records, "uid"u8, Number(entry.Uid));
        if (entry.Gid > LargestOctal7)
            Record(records, "gid"u8, Number(entry.Gid));
        if (entry.Modified.Nanoseconds != 0 || entry.Modified.Seconds is < 0 or > LargestOctal11)
            Record(records, "mtime"u8, Time(entry.Modified));
        foreach (var (name, value) in entry.Xattrs)
            Record(records, [.. "SCHILY.xattr."u8, .. name], value);
        return records.ToArray();
    }

    private static bool NeedsPax(byte[] name) => name.Length > 100 || name.AsSpan().ContainsAnyExceptInRange((byte)1, (byte)127);

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    // Before 1970 seconds and fraction count in opposite directions: -1.25 is kept as -2 s and 750000000 ns.
    private static byte[] Time(FileTime time) => time is { Seconds: < 0, Nanoseconds: > 0 }
        ? Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"-{-(time.Seconds + 1)}.{1_000_000_000 - time.Nanoseconds:D9}"))
        : Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:D9}"));

    // The length at the front counts its own digits.
    private static void Record(MemoryStream records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var rest = 1 + key.Length + 1 + value.Length + 1;
        var length = rest + 1;
        while (length != rest + Number(length).Length)
            length = rest + Number(length).Length;
        records.Write(Number(length));
        records.WriteByte((byte)' ');
        records.Write(key);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');
    }
}
