using System.Formats.Tar;
using System.Text;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>A file, folder or link of a build's context.</summary>
/// <param name="Mode">Permissions in octal.</param>
/// <param name="Target">Where a link leads to; for a hard link the other path.</param>
internal sealed record ContextEntry(string Path, TarEntryType Kind, byte[] Content, string Mode, string Target = "")
{
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public DateTimeOffset Modified { get; init; } = LongAgo;

    public (int Uid, int Gid) Owner { get; init; }

    public static ContextEntry File(string path, string content = "", string mode = "644") =>
        new(path, TarEntryType.RegularFile, Encoding.UTF8.GetBytes(content), mode);

    public static ContextEntry File(string path, byte[] content, string mode = "644") => new(path, TarEntryType.RegularFile, content, mode);

    public static ContextEntry Folder(string path, string mode = "755") => new(path, TarEntryType.Directory, [], mode);

    public static ContextEntry Link(string path, string target) => new(path, TarEntryType.SymbolicLink, [], "777", target);

    public static ContextEntry HardLink(string path, string other) => new(path, TarEntryType.HardLink, [], "644", other);

    /// <summary>The entries as a client sends them.</summary>
    public static byte[] Tar(params ContextEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry.ToTarEntry());
        }
        return archive.ToArray();
    }

    private PaxTarEntry ToTarEntry()
    {
        var entry = new PaxTarEntry(Kind, Path)
        {
            Mode = (UnixFileMode)Convert.ToInt32(Mode, 8),
            ModificationTime = Modified,
            Uid = Owner.Uid,
            Gid = Owner.Gid,
        };
        if (Target != "")
            entry.LinkName = Target;
        if (Kind == TarEntryType.RegularFile)
            entry.DataStream = new MemoryStream(Content);
        return entry;
    }
}
