using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Layers;

/// <summary>Archives for tests, entry by entry; names as hostile as a test likes.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A stream over memory holds nothing.")]
internal sealed class TestTar
{
    public const long Noon = 1_700_000_000;

    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _tar;

    public TestTar() => _tar = new TarWriter(_bytes);

    public TestTar File(string name, string content = "", uint mode = 0x1a4, uint uid = 0, uint gid = 0, long time = Noon, params (string, byte[])[] xattrs) =>
        Bytes(name, Encoding.UTF8.GetBytes(content), mode, uid, gid, time, xattrs);

    public TestTar Bytes(string name, byte[] bytes, uint mode = 0x1a4, uint uid = 0, uint gid = 0, long time = Noon, params (string, byte[])[] xattrs)
    {
        Begin(new TarEntry { Name = Bytes(name), Kind = TarKind.File, Mode = mode, Uid = uid, Gid = gid, Size = bytes.Length, Modified = new FileTime(time, 0) }, xattrs);
        if (bytes.Length > 0)
            _tar.Content(bytes);
        return this;
    }

    public TestTar Directory(string name, uint mode = 0x1ed, uint uid = 0, uint gid = 0, long time = Noon, params (string, byte[])[] xattrs) =>
        Begin(new TarEntry { Name = Bytes(name), Kind = TarKind.Directory, Mode = mode, Uid = uid, Gid = gid, Modified = new FileTime(time, 0) }, xattrs);

    public TestTar Symlink(string name, string target) => Link(name, target, TarKind.Symlink);

    public TestTar HardLink(string name, string target) => Link(name, target, TarKind.HardLink);

    public TestTar Device(string name, uint major, uint minor, TarKind kind = TarKind.CharacterDevice, uint mode = 0x1b6) =>
        Begin(new TarEntry { Name = Bytes(name), Kind = kind, Mode = mode, Major = major, Minor = minor, Modified = new FileTime(Noon, 0) }, []);

    public TestTar Pipe(string name) => Begin(new TarEntry { Name = Bytes(name), Kind = TarKind.Pipe, Mode = 0x1a4, Modified = new FileTime(Noon, 0) }, []);

    /// <summary>Claims this many bytes and holds none.</summary>
    public byte[] Claiming(string name, long size)
    {
        using var claim = new MemoryStream();
        new TarWriter(claim).Begin(new TarEntry { Name = Bytes(name), Kind = TarKind.File, Mode = 0x1a4, Size = size, Modified = new FileTime(Noon, 0) });
        return [.. _bytes.ToArray(), .. claim.ToArray()];
    }

    public byte[] ToArray()
    {
        _tar.End();
        return _bytes.ToArray();
    }

    private TestTar Link(string name, string target, TarKind kind) =>
        Begin(new TarEntry { Name = Bytes(name), LinkName = Bytes(target), Kind = kind, Mode = 0x1ff, Modified = new FileTime(Noon, 0) }, []);

    private TestTar Begin(TarEntry entry, (string, byte[])[] xattrs)
    {
        entry.Xattrs.AddRange(xattrs.Select(x => new ExtendedAttribute(Encoding.UTF8.GetBytes(x.Item1), x.Item2)));
        _tar.Begin(entry);
        return this;
    }

    private static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name);
}
