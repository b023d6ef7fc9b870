using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Writes a tree of files as a tar, in the order of the names' bytes, so that the same tree makes the same archive. A container
/// may run and change it meanwhile: every entry is taken hold of before it is looked at, and what is written is what was held.
/// </summary>
internal class TreeWriter(Stream target)
{
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _linked = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);

    protected TarWriter Tar { get; } = new(target);

    /// <summary>Members written.</summary>
    public int Entries { get; private set; }

    /// <summary>Writes all that is in a directory, not the directory itself.</summary>
    /// <param name="path">What the names in the archive begin with; empty for nothing.</param>
    public void WriteContent(SafeFileHandle directory, byte[] path, CancellationToken cancellation)
    {
        using var readable = OpenDirectoryAt(directory, "."u8);
        foreach (var name in Names(readable))
        {
            cancellation.ThrowIfCancellationRequested();
            // Gone since the listing, perhaps: the container was not frozen.
            using var held = TryHold(readable, name);
            if (held is not null)
                WriteEntry(new TreeEntry(held, StatusOf(held), name, LayerPath.Append(path, name)), cancellation);
        }
    }

    /// <summary>Writes one entry, and all below it.</summary>
    public virtual void WriteEntry(TreeEntry entry, CancellationToken cancellation)
    {
        if (entry.Status.Kind == FileKind.Directory)
            WriteDirectory(entry, cancellation);
        else if (entry.Status.Kind != FileKind.Socket) // Means nothing without the process that listens.
            WriteLeaf(entry, cancellation);
    }

    /// <summary>Writes the two blocks that end an archive.</summary>
    public void End() => Tar.End();

    protected virtual void WriteDirectory(TreeEntry entry, CancellationToken cancellation)
    {
        Begin(Describe(entry, entry.Path is [.., (byte)'/'] ? entry.Path : [.. entry.Path, (byte)'/'], TarKind.Directory));
        if (Enters(entry))
            WriteContent(entry.Held, entry.Path, cancellation);
    }

    /// <summary>Whether what is in a directory belongs to the archive, too.</summary>
    protected virtual bool Enters(TreeEntry directory) => true;

    protected void Begin(TarEntry entry)
    {
        Entries++;
        Tar.Begin(entry);
    }

    /// <summary>The attributes that the archive is to have.</summary>
    protected virtual IEnumerable<ExtendedAttribute> AttributesOf(TreeEntry entry) =>
        Xattrs(entry.Held).Where(a => LayerPath.IsImageAttribute(a.Name));

    protected TarEntry Describe(TreeEntry entry, byte[] path, TarKind kind)
    {
        var status = entry.Status;
        var described = new TarEntry { Name = path, Kind = kind, Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Modified = status.Modified };
        described.Xattrs.AddRange(AttributesOf(entry));
        return described;
    }

    private void WriteLeaf(TreeEntry entry, CancellationToken cancellation)
    {
        var status = entry.Status;
        if (status.Links > 1 && !_linked.TryAdd((status.Device, status.Inode), entry.Path))
        {
            Begin(new TarEntry
            {
                Name = entry.Path,
                LinkName = _linked[(status.Device, status.Inode)],
                Kind = TarKind.HardLink,
                Mode = status.Mode,
                Uid = status.Uid,
                Gid = status.Gid,
                Modified = status.Modified,
            });
            return;
        }
        var described = Describe(entry, entry.Path, KindOf(status));
        if (described.Kind == TarKind.Symlink)
            described.LinkName = ReadLink(entry.Held);
        else if (described.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
            (described.Major, described.Minor) = (status.Major, status.Minor);
        else if (described.Kind == TarKind.File)
            described.Size = status.Size;
        if (described.Size == 0)
            Begin(described);
        else
            WriteFile(entry, described, cancellation);
    }

    private void WriteFile(TreeEntry entry, TarEntry described, CancellationToken cancellation)
    {
        using var file = OpenHeld(entry.Held);
        Begin(described);
        long offset = 0;
        while (offset < described.Size)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, described.Size - offset)), offset);
            if (read == 0)
                break;
            Tar.Content(_buffer.AsSpan(0, read));
            offset += read;
        }
        Tar.FillUp();
    }

    private static TarKind KindOf(FileStatus status) => status.Kind switch
    {
        FileKind.Symlink => TarKind.Symlink,
        FileKind.CharacterDevice => TarKind.CharacterDevice,
        FileKind.BlockDevice => TarKind.BlockDevice,
        FileKind.Pipe => TarKind.Pipe,
        _ => TarKind.File,
    };
}

/// <summary>A file that is held, and what it is called in the archive.</summary>
/// <param name="Name">In its directory.</param>
internal readonly record struct TreeEntry(SafeFileHandle Held, FileStatus Status, byte[] Name, byte[] Path);
