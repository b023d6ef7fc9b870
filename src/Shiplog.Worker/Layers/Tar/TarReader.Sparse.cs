using System.Globalization;
using System.Text;

namespace Shiplog.Worker.Layers.Tar;

// GNU's four ways to say which parts of a sparse file an archive holds (GNU tar manual, "Storing Sparse Files").
internal sealed partial class TarReader
{
    private const int MaximalSegments = 1 << 16;

    private void ReadSparseMap(TarEntry entry, byte[] header, PaxRecords? pax)
    {
        if (header[156] == 'S')
            entry.Sparse = OldGnuMap(entry, header);
        else if (pax is { IsSparse10: true })
            entry.Sparse = MapInContent();
        else if (pax?.Text("GNU.sparse.map") is { } map)
            entry.Sparse = Pairs([.. map.Split(',').Select(Parse)]);
        else if (pax?.SparseMap is { } pairs)
            entry.Sparse = [.. pairs.Select(p => new SparseSegment(p.Offset, p.Length))];
        if (entry.Sparse is null)
            return;
        if (header[156] != 'S')
            entry.RealSize = pax!.Number("GNU.sparse.realsize") ?? pax.Number("GNU.sparse.size") ?? throw BrokenMap();
        entry.Size = _content;
        CheckMap(entry);
    }

    private List<SparseSegment> OldGnuMap(TarEntry entry, byte[] header)
    {
        if (!TarHeader.IsGnu(header))
            throw BrokenMap();
        entry.RealSize = TarHeader.Number(header.AsSpan(483, 12), "size");
        var segments = new List<SparseSegment>();
        Add(segments, header.AsSpan(386, 4 * 24));
        // The map goes on in blocks before the content.
        for (var more = header[482] != 0; more;)
        {
            if (!Block(out var block))
                throw Ended();
            Add(segments, block.AsSpan(0, 21 * 24));
            more = block[504] != 0;
        }
        return segments;
    }

    private static void Add(List<SparseSegment> segments, ReadOnlySpan<byte> map)
    {
        for (; !map.IsEmpty && map[0] != 0; map = map[24..])
        {
            segments.Add(new SparseSegment(TarHeader.Number(map[..12], "offset"), TarHeader.Number(map.Slice(12, 12), "size")));
            if (segments.Count > MaximalSegments)
                throw BrokenMap();
        }
    }

    // Version 1.0: decimal numbers, a line each, in the first blocks of the content: a count, then offset and length by turns.
    private List<SparseSegment> MapInContent()
    {
        var before = _content;
        var numbers = new List<long>();
        do
            numbers.Add(Line());
        while (numbers.Count < 1 + 2 * Math.Min(numbers[0], MaximalSegments + 1));
        var used = before - _content;
        for (var padding = (TarHeader.BlockSize - used % TarHeader.BlockSize) % TarHeader.BlockSize; padding > 0;)
        {
            var piece = ReadContent((int)padding).Length;
            padding -= piece > 0 ? piece : throw BrokenMap();
        }
        return Pairs(numbers[1..]);
    }

    private long Line()
    {
        var digits = new StringBuilder();
        while (true)
        {
            var next = ReadContent(1);
            if (next.IsEmpty || digits.Length > 19)
                throw BrokenMap();
            if (next[0] == '\n')
                return Parse(digits.ToString());
            digits.Append((char)next[0]);
        }
    }

    private static List<SparseSegment> Pairs(List<long> numbers)
    {
        if (numbers.Count % 2 != 0 || numbers.Count > 2 * MaximalSegments)
            throw BrokenMap();
        return [.. Enumerable.Range(0, numbers.Count / 2).Select(i => new SparseSegment(numbers[2 * i], numbers[2 * i + 1]))];
    }

    private static long Parse(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw BrokenMap();

    private static void CheckMap(TarEntry entry)
    {
        long end = 0, held = 0;
        foreach (var (offset, length) in entry.Sparse!)
        {
            if (offset < end || length < 0 || length > entry.RealSize - offset)
                throw BrokenMap();
            end = offset + length;
            held += length;
        }
        if (entry.RealSize < 0 || held != entry.Size)
            throw BrokenMap();
    }

    private static TarException BrokenMap() => new("a sparse file's map is broken");
}
