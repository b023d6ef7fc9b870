using System.Formats.Tar;
using System.Text;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>
/// What is in a file system, a line a path, in their order: <c>/f 644: text</c>, <c>/d/ 755</c>, <c>/l -> target</c>, <c>/h = /f</c>
/// (a hard link to what comes before it). Whose it is comes after the mode where that is not root; a newline is shown as <c>|</c>.
/// </summary>
internal static class ImageFiles
{
    /// <param name="archive">A tar of all of it, as an export gives.</param>
    /// <returns>Line by path.</returns>
    public static SortedDictionary<string, string> Read(byte[] archive)
    {
        var entries = new SortedDictionary<string, TarEntry>(StringComparer.Ordinal);
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry(copyData: true) is { } entry)
            entries[PathOf(entry.Name)] = entry;
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var same in entries.GroupBy(e => Original(entries, e.Key)))
        {
            var first = same.First().Key;
            lines[first] = Line(first, entries[same.Key]);
            foreach (var (path, _) in same.Skip(1))
                lines[path] = $"{path} = {first}";
        }
        lines.Remove("/");
        return lines;
    }

    /// <summary>What is new, or other than before; and what is gone, with a minus.</summary>
    public static string[] Changes(SortedDictionary<string, string> before, SortedDictionary<string, string> after) =>
    [
        .. before.Keys.Where(p => !after.ContainsKey(p)).Select(p => "- " + p),
        .. after.Where(a => before.GetValueOrDefault(a.Key) != a.Value).Select(a => a.Value),
    ];

    private static string PathOf(string name)
    {
        var path = name.StartsWith("./", StringComparison.Ordinal) ? name[1..] : "/" + name;
        return path.Length == 1 ? path : path.TrimEnd('/');
    }

    private static string Original(SortedDictionary<string, TarEntry> entries, string path) =>
        entries[path].EntryType == TarEntryType.HardLink ? Original(entries, PathOf(entries[path].LinkName)) : path;

    private static string Line(string path, TarEntry entry)
    {
        var owner = entry is { Uid: 0, Gid: 0 } ? "" : $" {entry.Uid}:{entry.Gid}";
        var mode = Convert.ToString((int)entry.Mode & 0b111_111_111_111, 8) + owner;
        return entry.EntryType switch
        {
            TarEntryType.Directory => $"{path}/ {mode}",
            TarEntryType.SymbolicLink => $"{path} -> {entry.LinkName}{owner}",
            TarEntryType.Fifo => $"{path} fifo {mode}",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => $"{path} device {mode}",
            _ => $"{path} {mode}: {Content(entry)}",
        };
    }

    private static string Content(TarEntry entry)
    {
        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return content.Length > 4096 ? $"{content.Length} bytes" : Encoding.UTF8.GetString(content.ToArray()).Replace('\n', '|');
    }
}
