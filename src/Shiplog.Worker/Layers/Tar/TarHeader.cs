
namespace Shiplog.Worker.Layers.Tar;

/// <summary>The 512 bytes before each member: ustar, with GNU's and star's extensions (tar(5)).</summary>
internal static class TarHeader
{
    public const int BlockSize = 512;

    public static bool IsEnd(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <exception cref="TarException">The checksum is wrong.</exception>
    public static void Check(ReadOnlySpan<byte> block)
    {
        // Some writers of old summed signed bytes; both sums count, as GNU tar has it.
        long unsigned = 0, signed = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        if (!StatesOneOf(block.Slice(148, 8), unsigned, signed))
            throw new TarException("not a tar archive: a header's checksum is wrong");
    }

    private static bool StatesOneOf(ReadOnlySpan<byte> field, long one, long other) =>
        !field.Trim(" \0"u8).ContainsAnyExceptInRange((byte)'0', (byte)'7') && Number(field, "checksum") is var stated && (stated == one || stated == other);

    public static bool IsGnu(ReadOnlySpan<byte> block) => block.Slice(257, 8).SequenceEqual("ustar  \0"u8);

    private static bool IsPosix(ReadOnlySpan<byte> block) => block.Slice(257, 6).SequenceEqual("ustar\0"u8);

    public static byte[] Name(ReadOnlySpan<byte> block)
    {
        var name = Text(block[..100]);
        // GNU keeps times where ustar has the prefix.
        var prefix = IsPosix(block) ? Text(block.Slice(345, 155)) : default;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Octal digits, or GNU's base 256 where the first bit is set.</summary>
    public static long Number(ReadOnlySpan<byte> field, string what)
    {
        if ((field[0] & 0x80) != 0)
            return Base256(field, what);
        var digits = field.Trim(" \0"u8);
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new TarException($"a header's {what} is no octal number");
            value = value * 8 + (digit - '0'); // Twelve digits at most: no overflow.
        }
        return value;
    }

    private static long Base256(ReadOnlySpan<byte> field, string what)
    {
        var negative = (field[0] & 0x40) != 0;
        Int128 value = negative ? -1 : 0;
        for (var i = 0; i < field.Length; i++)
            value = (value << 8) | (i == 0 ? (byte)(negative ? field[0] : field[0] & 0x7f) : field[i]);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : throw new TarException($"a header's {what} is out of range");
    }

    /// <exception cref="TarException">It is negative or more than the kernel's ids hold.</exception>
    public static uint Id(long value, string what) =>
        value is >= 0 and < uint.MaxValue ? (uint)value : throw new TarException($"a member's {what} {value} is out of range");
}
