using System.Globalization;
using System.IO.Compression;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Streams;

/// <summary>One file of a log.</summary>
/// <param name="Number">The higher, the later.</param>
/// <param name="Inode">Tells the file from another one that has taken its name since.</param>
/// <param name="IsCurrent">conmon writes it.</param>
internal readonly record struct LogFile(long Number, string Path, ulong Inode, bool IsCurrent);

/// <summary>A file of a log, opened, and the number by which the next one is found.</summary>
internal sealed record OpenLog(long Number, FileStream Content, bool IsCurrent) : IDisposable
{
    public void Dispose() => Content.Dispose();
}

/// <summary>
/// A container's log: the file that conmon writes, and before it those that are full: <c>container.log.1</c>, <c>.2</c>, the higher the later;
/// <c>.gz</c> behind where they are compressed. Read without any lock while <see cref="LogRotator"/> rotates.
/// </summary>
/// <remarks>
/// A full file gets its number before conmon leaves it (<see cref="Keep"/>): for a moment one file has two names. Numbers only rise:
/// the last full file keeps its name, if not its content, until there is a later one.
/// </remarks>
internal sealed class LogFiles(string path)
{
    private const string Compressed = ".gz";

    /// <summary>The file that conmon writes.</summary>
    public string Current => path;

    /// <summary>conmon has begun another file since the last one was kept.</summary>
    public bool IsBegun => Full() is not [.., var last] || last.Inode != InodeOf(path);

    /// <summary>Nothing more is written to it.</summary>
    public bool IsLeft(OpenLog file) => !file.IsCurrent || InodeOf(path) != InodeOf(file.Content);

    /// <summary>All there are, oldest first.</summary>
    public List<LogFile> List()
    {
        while (true)
        {
            // The same before and after: whatever was full by then is in the list.
            var current = InodeOf(path);
            var files = Full();
            if (InodeOf(path) != current)
                continue;
            if (current is not { } inode)
                return files;
            var twice = files is [.., var last] && last.Inode == inode;
            var number = files is [.., var newest] ? newest.Number + (twice ? 0 : 1) : 1;
            if (twice)
                files.RemoveAt(files.Count - 1);
            files.Add(new LogFile(number, path, inode, true));
            return files;
        }
    }

    /// <summary>Opens the first file behind this number; <see langword="null"/> where there is none.</summary>
    public OpenLog? OpenAfter(long number)
    {
        while (true)
        {
            if (List().Where(f => f.Number > number).Cast<LogFile?>().FirstOrDefault() is not { } file)
                return null;
            if (TryOpen(file) is { } opened)
                return opened;
        }
    }

    /// <returns><see langword="null"/> where it has been deleted, compressed or left by conmon meanwhile.</returns>
    public static OpenLog? TryOpen(LogFile file)
    {
        FileStream content;
        try
        {
            content = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        if (IsCompressed(file.Path))
        {
            using (content)
                return new OpenLog(file.Number, Decompress(content), false);
        }

        if (!file.IsCurrent || InodeOf(content) == file.Inode)
            return new OpenLog(file.Number, content, file.IsCurrent);
        content.Dispose();
        return null;
    }

    /// <summary>Gives the file that conmon writes a number; false where it has one, since conmon has not left it yet.</summary>
    public bool Keep()
    {
        var full = Full();
        if (full is [.., var last] && last.Inode == InodeOf(path))
            return false;
        var name = Name(full is [.., var before] ? before.Number + 1 : 1);
        if (Interop.Link(path, name) != 0)
            throw LinuxException.Last("link", name);
        return true;
    }

    /// <summary>Deletes full files until there are no more than so many; compresses those that stay. Repeating it does no harm.</summary>
    public void Tidy(int keep, bool compress)
    {
        var full = Full();
        if (full is [.., var last] && last.Inode == InodeOf(path))
            full.RemoveAt(full.Count - 1);
        for (var i = 0; i < full.Count - keep; i++)
        {
            // The last number must not be given twice: whoever reads goes on by it.
            if (i == full.Count - 1)
                Empty(full[i].Path);
            else
                Delete(full[i]);
        }

        foreach (var file in full.TakeLast(keep))
        {
            if (IsCompressed(file.Path))
                File.Delete(file.Path[..^Compressed.Length]);
            else if (compress)
                Compress(file.Path);
        }
    }

    /// <summary>Deletes them all, oldest first.</summary>
    public void Delete()
    {
        foreach (var file in List())
            Delete(file);
    }

    private static bool IsCompressed(string file) => file.EndsWith(Compressed, StringComparison.Ordinal);

    private static void Delete(LogFile file)
    {
        // The one that it was made from first: alone it would be taken for the log's.
        if (IsCompressed(file.Path))
            File.Delete(file.Path[..^Compressed.Length]);
        File.Delete(file.Path);
    }

    private string Name(long number) => path + "." + number.ToString(CultureInfo.InvariantCulture);

    private List<LogFile> Full()
    {
        while (true)
        {
            // Looked through while files come and go, a folder may show neither the old nor the new one: so twice.
            var names = Names();
            LogFile[] files = [.. names.OrderBy(n => n.Key).Select(n => new LogFile(n.Key, n.Value, InodeOf(n.Value) ?? 0, false))];
            if (files.All(f => f.Inode != 0) && names.OrderBy(n => n.Key).SequenceEqual(Names().OrderBy(n => n.Key)))
                return [.. files];
        }
    }

    private Dictionary<long, string> Names()
    {
        var prefix = Path.GetFileName(path) + ".";
        var names = new Dictionary<long, string>();
        // Not by a pattern: as in DOS, "x.*" fits "x" as well.
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
        {
            if (!Path.GetFileName(file).StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var name = Path.GetFileName(file)[prefix.Length..];
            // Compressing ends with the new name; the old one may still be there.
            if (long.TryParse(IsCompressed(name) ? name[..^Compressed.Length] : name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && (IsCompressed(name) || !names.ContainsKey(number)))
                names[number] = file;
        }

        return names;
    }

    private static void Empty(string file)
    {
        if (new FileInfo(file).Length == 0)
            return;
        // Another file under its name, not the same one cut off: somebody may be reading that.
        File.WriteAllBytes(file + ".new", []);
        File.Move(file + ".new", file, overwrite: true);
    }

    private static void Compress(string file)
    {
        if (new FileInfo(file).Length == 0)
            return;
        var made = file + Compressed + ".new";
        using (var from = File.OpenRead(file))
        using (var to = new GZipStream(File.Create(made), CompressionLevel.Fastest))
            from.CopyTo(to);
        File.Move(made, file + Compressed, overwrite: true);
        File.Delete(file);
    }

    // Into a file without a name: what is read from its end cannot be read as it is unpacked.
    private static FileStream Decompress(FileStream packed)
    {
        var file = Path.Combine(Path.GetDirectoryName(packed.Name)!, "." + Guid.NewGuid().ToString("n"));
        var unpacked = new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1);
        File.Delete(file);
        using (var stream = new GZipStream(packed, CompressionMode.Decompress))
            stream.CopyTo(unpacked);
        unpacked.Position = 0;
        return unpacked;
    }

    private static ulong? InodeOf(string file)
    {
        try
        {
            using var handle = Files.OpenPath(file);
            return Interop.Statx(handle, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var stat) == 0 ? stat.Inode : null;
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    private static ulong InodeOf(FileStream file) =>
        Interop.Statx(file.SafeFileHandle, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var stat) == 0
            ? stat.Inode
            : throw LinuxException.Last("statx", file.Name);
}
