using System.Globalization;
using System.Text;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers.Tar;

/// <summary>
/// The records of a pax extended header: <c>length key=value\n</c>. Values stay bytes, since attributes are binary and names
/// need not be UTF-8; that is why the base class library's reader does not serve here.
/// </summary>
internal sealed class PaxRecords
{
    private static ReadOnlySpan<byte> XattrPrefix => "SCHILY.xattr."u8;

    private readonly List<(string Key, byte[] Value)> _records = [];
    private readonly List<ExtendedAttribute> _xattrs = [];

    public List<(long Offset, long Length)>? SparseMap { get; private set; }

    public bool IsSparse10 => Text("GNU.sparse.major") == "1" && Text("GNU.sparse.minor") == "0";

    public static PaxRecords Parse(ReadOnlySpan<byte> data)
    {
        var pax = new PaxRecords();
        long? offset = null;
        while (!data.IsEmpty)
        {
            var record = NextRecord(ref data);
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw Broken();
            var (key, value) = (record[..equals].ToArray(), record[(equals + 1)..].ToArray());
            pax.Add(key, value, ref offset);
        }
        return pax;
    }

    private static ReadOnlySpan<byte> NextRecord(ref ReadOnlySpan<byte> data)
    {
        var space = data.IndexOf((byte)' ');
        if (space is <= 0 or > 9 || !int.TryParse(data[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length <= space + 1 || length > data.Length || data[length - 1] != '\n')
            throw Broken();
        var record = data[(space + 1)..(length - 1)];
        data = data[length..];
        return record;
    }

    private void Add(byte[] key, byte[] value, ref long? offset)
    {
        if (key.AsSpan().StartsWith(XattrPrefix))
        {
            _xattrs.Add(new ExtendedAttribute(key[XattrPrefix.Length..], value));
            return;
        }
        var name = Encoding.UTF8.GetString(key);
        switch (name)
        {
            // Version 0.0 repeats this pair, and the order of records is all that joins them.
            case "GNU.sparse.offset":
                offset = Number(value, name);
                break;
            case "GNU.sparse.numbytes":
                (SparseMap ??= []).Add((offset ?? throw Broken(), Number(value, name)));
                offset = null;
                break;
            default:
                _records.Add((name, value));
                break;
        }
    }

    /// <summary>Of repeated records the last one counts.</summary>
    public byte[]? Bytes(string key)
    {
        for (var i = _records.Count - 1; i >= 0; i--)
        {
            // An empty value takes back what an earlier record said (pax(1)).
            if (_records[i].Key == key)
                return _records[i].Value.Length == 0 ? null : _records[i].Value;
        }
        return null;
    }

    public string? Text(string key) => Bytes(key) is { } value ? Encoding.UTF8.GetString(value) : null;

    public long? Number(string key) => Bytes(key) is { } value ? Number(value, key) : null;

    public IReadOnlyList<ExtendedAttribute> Xattrs => _xattrs;

    /// <summary>Seconds with a fraction, which may be negative.</summary>
    public FileTime? Time(string key)
    {
        if (Bytes(key) is not { } value)
            return null;
        var text = Encoding.ASCII.GetString(value);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..];
        if (!long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || fraction.Any(c => !char.IsAsciiDigit(c)))
            throw Broken();
        var nanoseconds = fraction.Length == 0 ? 0 : long.Parse(fraction.PadRight(9, '0')[..9], CultureInfo.InvariantCulture);
        return text[0] == '-' && nanoseconds > 0 ? new FileTime(seconds - 1, 1_000_000_000 - nanoseconds) : new FileTime(seconds, nanoseconds);
    }

    private static long Number(byte[] value, string key) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new TarException($"the extended header's {key} is no number");

    private static TarException Broken() => new("an extended header is broken");
}
