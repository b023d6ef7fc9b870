using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers.Tar;

/// <summary>The kinds of entries that a layer may hold, by their type flag (pax(1), "ustar Interchange Format").</summary>
internal enum TarKind
{
    File = '0',
    HardLink = '1',
    Symlink = '2',
    CharacterDevice = '3',
    BlockDevice = '4',
    Directory = '5',
    Pipe = '6',
}

/// <summary>A piece of a sparse file that the archive holds; the rest reads as zeros.</summary>
internal readonly record struct SparseSegment(long Offset, long Length);

/// <summary>One member of a tar archive, its long names and extended attributes already put together.</summary>
internal sealed class TarEntry
{
    /// <summary>As the archive has it; bytes, not text.</summary>
    public byte[] Name { get; set; } = [];

    /// <summary>Of a hard or symbolic link.</summary>
    public byte[] LinkName { get; set; } = [];

    public TarKind Kind { get; set; }

    /// <summary>Of the content in the archive, in bytes; 0 for all but files.</summary>
    public long Size { get; set; }

    /// <summary>Permission bits, with set-id and sticky.</summary>
    public uint Mode { get; set; }

    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public FileTime Modified { get; set; }

    public uint Major { get; set; }

    public uint Minor { get; set; }

    public List<ExtendedAttribute> Xattrs { get; } = [];

    /// <summary><see langword="null"/> where the file is not sparse.</summary>
    public List<SparseSegment>? Sparse { get; set; }

    /// <summary>Of the file once unpacked, holes included.</summary>
    public long RealSize { get; set; }
}

/// <summary>What an archive may claim before it is refused.</summary>
/// <param name="Entries">Members of one archive.</param>
/// <param name="PathBytes">Of one name.</param>
/// <param name="Depth">Components of one name.</param>
/// <param name="Bytes">Of all its files together, holes included.</param>
internal sealed record TarLimits(int Entries, int PathBytes, int Depth, long Bytes)
{
    public static readonly TarLimits Default = new(Entries: 2_000_000, PathBytes: 4000, Depth: 256, Bytes: 256L << 30);
}

/// <summary>The bytes are no tar archive, or one that must not be unpacked.</summary>
internal sealed class TarException(string message) : Exception(message);
