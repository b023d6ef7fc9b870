using System.Text;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers.Tar;

/// <summary>
/// Reads a tar archive as it comes: ustar, GNU and pax, sparse files and extended attributes included. Content is handed out
/// from the buffer it was read into, so no byte is copied twice.
/// </summary>
internal sealed partial class TarReader(Stream source, TarLimits limits)
{
    private const int MaximalExtendedHeader = 1 << 20;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
    private int _start, _end, _entries;
    private long _content, _padding, _total;

    /// <summary>Moves to the next member; what was not read of the one before is passed over.</summary>
    /// <returns><see langword="null"/> at the end of the archive.</returns>
    /// <exception cref="TarException">It is no tar archive, or goes beyond the limits.</exception>
    public TarEntry? Next()
    {
        byte[]? longName = null, longLink = null;
        PaxRecords? pax = null;
        while (true)
        {
            Skip(_content + _padding);
            (_content, _padding) = (0, 0);
            if (NextHeader() is not { } header)
                return longName is null && longLink is null && pax is null ? null : throw new TarException("the archive ends after an extended header");
            var size = TarHeader.Number(header.AsSpan(124, 12), "size");
            switch ((char)header[156])
            {
                case 'x':
                    pax = PaxRecords.Parse(ExtendedHeader(size));
                    break;
                case 'g': // What pax writes for the whole archive (git's commit id): nothing that a layer needs.
                    ExtendedHeader(size);
                    break;
                case 'L':
                    longName = TarHeader.Text(ExtendedHeader(size)).ToArray();
                    break;
                case 'K':
                    longLink = TarHeader.Text(ExtendedHeader(size)).ToArray();
                    break;
                default:
                    return Assemble(header, size, longName, longLink, pax);
            }
        }
    }

    /// <summary>The next bytes of the member, at most this many; empty at its end. Good until the next call.</summary>
    public ReadOnlySpan<byte> ReadContent(int most = int.MaxValue)
    {
        if (_content == 0)
            return default;
        if (_start == _end && !Fill())
            throw Ended();
        var length = (int)Math.Min(Math.Min(_content, most), _end - _start);
        var piece = _buffer.AsSpan(_start, length);
        _start += length;
        _content -= length;
        return piece;
    }

    /// <summary>Reads what follows the archive's end, which belongs to the bytes that a digest covers.</summary>
    public void Drain()
    {
        _start = _end;
        while (Fill())
            _start = _end;
    }

    private TarEntry Assemble(byte[] header, long size, byte[]? longName, byte[]? longLink, PaxRecords? pax)
    {
        if (++_entries > limits.Entries)
            throw new TarException($"the archive holds more than {limits.Entries} members");
        var entry = new TarEntry
        {
            Name = pax?.Bytes("GNU.sparse.name") ?? pax?.Bytes("path") ?? longName ?? TarHeader.Name(header),
            LinkName = pax?.Bytes("linkpath") ?? longLink ?? TarHeader.Text(header.AsSpan(157, 100)).ToArray(),
            Mode = (uint)TarHeader.Number(header.AsSpan(100, 8), "mode") & 0xfff,
            Uid = TarHeader.Id(pax?.Number("uid") ?? TarHeader.Number(header.AsSpan(108, 8), "uid"), "uid"),
            Gid = TarHeader.Id(pax?.Number("gid") ?? TarHeader.Number(header.AsSpan(116, 8), "gid"), "gid"),
            Modified = pax?.Time("mtime") ?? new FileTime(TarHeader.Number(header.AsSpan(136, 12), "time"), 0),
        };
        entry.Kind = KindOf((char)header[156], entry.Name);
        entry.Size = entry.RealSize = entry.Kind == TarKind.File ? pax?.Number("size") ?? size : 0;
        if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
        {
            entry.Major = TarHeader.Id(TarHeader.Number(header.AsSpan(329, 8), "device"), "device");
            entry.Minor = TarHeader.Id(TarHeader.Number(header.AsSpan(337, 8), "device"), "device");
        }
        if (pax is not null)
            entry.Xattrs.AddRange(pax.Xattrs);
        CheckNames(entry);
        Begin(entry.Size);
        ReadSparseMap(entry, header, pax);
        Count(entry);
        return entry;
    }

    private static TarKind KindOf(char flag, byte[] name) => flag switch
    {
        // Before ustar a directory was a file whose name ends in a slash.
        '\0' or '0' or '7' => name is [.., (byte)'/'] ? TarKind.Directory : TarKind.File,
        'S' => TarKind.File,
        >= '1' and <= '6' => (TarKind)flag,
        _ => throw new TarException($"member {Show(name)} is of the unknown type '{(char.IsAsciiLetterOrDigit(flag) ? flag : '?')}'"),
    };

    private void CheckNames(TarEntry entry)
    {
        if (entry.Name.Length > limits.PathBytes || entry.LinkName.Length > limits.PathBytes)
            throw new TarException($"a member's name is longer than {limits.PathBytes} bytes");
        if (entry.Name.AsSpan().Contains((byte)0) || entry.LinkName.AsSpan().Contains((byte)0))
            throw new TarException($"the name of member {Show(entry.Name)} holds a zero byte");
        if (entry.Name.AsSpan().Count((byte)'/') > limits.Depth || entry.LinkName.AsSpan().Count((byte)'/') > limits.Depth)
            throw new TarException($"a member lies deeper than {limits.Depth} directories");
    }

    private void Begin(long size)
    {
        if (size < 0)
            throw new TarException("a member's size is negative");
        _content = size;
        _padding = (TarHeader.BlockSize - size % TarHeader.BlockSize) % TarHeader.BlockSize;
    }

    private void Count(TarEntry entry)
    {
        // Both may claim up to 2^63 - 1, so the sum is kept from overflowing by the comparison before it.
        if (entry.RealSize > limits.Bytes - _total || entry.Size > limits.Bytes)
            throw new TarException($"the archive claims more than {limits.Bytes} bytes");
        _total += entry.RealSize;
    }

    private byte[]? NextHeader()
    {
        if (!Block(out var block))
            return null; // Some writers leave out the two empty blocks.
        if (TarHeader.IsEnd(block))
            return null;
        TarHeader.Check(block);
        return block;
    }

    private byte[] ExtendedHeader(long size)
    {
        if (size is < 0 or > MaximalExtendedHeader)
            throw new TarException($"an extended header claims {size} bytes; at most {MaximalExtendedHeader} are taken");
        Begin(size);
        var data = new byte[size];
        for (var rest = data.AsSpan(); !rest.IsEmpty;)
        {
            var piece = ReadContent();
            piece.CopyTo(rest);
            rest = rest[piece.Length..];
        }
        return data;
    }

    private bool Block(out byte[] block)
    {
        block = new byte[TarHeader.BlockSize];
        var have = 0;
        while (have < block.Length)
        {
            if (_start == _end && !Fill())
                return have == 0 ? false : throw Ended();
            var piece = Math.Min(block.Length - have, _end - _start);
            _buffer.AsSpan(_start, piece).CopyTo(block.AsSpan(have));
            (_start, have) = (_start + piece, have + piece);
        }
        return true;
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !Fill())
                throw Ended();
            var piece = (int)Math.Min(count, _end - _start);
            (_start, count) = (_start + piece, count - piece);
        }
    }

    private bool Fill()
    {
        (_start, _end) = (0, source.Read(_buffer));
        return _end > 0;
    }

    private static TarException Ended() => new("the archive ends in the middle of a member");

    internal static string Show(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);
}
