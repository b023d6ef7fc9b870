using System.Text;
using CsCheck;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Copying;

/// <summary>Whatever an archive holds, and however it is damaged: it is unpacked or refused, and nothing outside changes.</summary>
public sealed class UnpackingHostileArchives : IDisposable
{
    private static readonly string[] Parts =
        ["a", "b", "c", ".", "..", "", "host", "top", "up", "loop", "file", "dir", "pipe", ".wh.a", ".wh..wh..opq", new string('n', 256), "é", "OUTSIDE"];

    private static readonly Gen<string> Name = Gen.Int[0, Parts.Length - 1].Array[1, 5].Select(parts => string.Join('/', parts.Select(i => Parts[i])));

    private static readonly Gen<Action<TestTar>> Member = Gen.Select(Gen.Int[0, 6], Name, Name, Gen.UInt[0, 0xfff], Gen.String[0, 20]).Select(
        (kind, name, target, mode, content) => (Action<TestTar>)(tar => _ = kind switch
        {
            0 or 1 => tar.File(name, content, mode, xattrs: [("user.x", [1, 2]), ("trusted.overlay.opaque", [(byte)'y'])]),
            2 => tar.Directory(name + "/", mode),
            3 => tar.Symlink(name, target is "" ? "a" : target),
            4 => tar.HardLink(name, target),
            5 => tar.Pipe(name),
            _ => tar.Device(name, 0, mode & 1, mode > 0x7ff ? TarKind.BlockDevice : TarKind.CharacterDevice),
        }));

    private static readonly Gen<(Action<TestTar>[] Members, (int Place, byte Value)[] Damage, int Rules)> Archive = Gen.Select(
        Member.Array[1, 12], Gen.Select(Gen.Int[0, 12_000], Gen.Byte).Array[0, 3], Gen.Int[0, 7]);

    private readonly Tree _tree = new();

    [Fact]
    public void Nothing_outside_the_containers_root_changes()
    {
        var outside = _tree.NewFolder();
        File.WriteAllText(Path.Combine(outside, "secret"), "secret");
        var before = Tree.Of(outside);
        var round = 0;
        Archive.Sample(
            archive =>
            {
                var root = _tree.NewFolder();
                Unpack(root, outside, archive);
                FileCalls.RemoveTree(root);
                // Looking is dear; whatever had been changed stays so.
                return ++round % 50 != 0 || Tree.Of(outside).AsSpan().SequenceEqual(before);
            },
            iter: 1000, threads: 1, print: a => $"{a.Members.Length} members, damage {string.Join(' ', a.Damage)}");
        Tree.ShouldBeSame(Tree.Of(outside), before);
        File.ReadAllText(Path.Combine(outside, "secret")).ShouldBe("secret");
    }

    private static void Unpack(string root, string outside, (Action<TestTar>[] Members, (int Place, byte Value)[] Damage, int Rules) archive)
    {
        Furnish(root, outside);
        var tar = new TestTar();
        foreach (var member in archive.Members)
            member(tar);
        var bytes = tar.ToArray();
        foreach (var (place, value) in archive.Damage.Where(d => d.Place < bytes.Length))
            bytes[place] = value;
        using var handle = FileCalls.OpenRoot(root);
        using var walk = new RootWalk(handle);
        walk.Go("dir"u8);
        using var unpacker = new ArchiveUnpacker(walk, new UnpackRules((archive.Rules & 1) != 0, (archive.Rules & 2) != 0 ? (1u, 2u) : null, (archive.Rules & 4) != 0));
        try
        {
            // Small, so that a damaged size does not fill the disk with a sparse file's zeros.
            unpacker.Unpack(new TarReader(new MemoryStream(bytes), TarLimits.Default with { Bytes = 1 << 20 }), CancellationToken.None);
        }
        catch (Exception e) when (e is TarException or LinuxException)
        {
            // Refused, in words: what a client is told.
            e.Message.ShouldNotBeEmpty();
        }
    }

    /// <summary>A root with links of every kind, and a directory in it to unpack in.</summary>
    private static void Furnish(string root, string outside)
    {
        var dir = Directory.CreateDirectory(Path.Combine(root, "dir")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "a"));
        File.CreateSymbolicLink(Path.Combine(dir, "host"), outside);
        File.CreateSymbolicLink(Path.Combine(dir, "top"), "/");
        File.CreateSymbolicLink(Path.Combine(dir, "up"), "../../../../.." + outside);
        File.CreateSymbolicLink(Path.Combine(dir, "loop"), "loop/x");
        File.CreateSymbolicLink(Path.Combine(dir, "OUTSIDE"), outside + "/secret");
        File.WriteAllText(Path.Combine(dir, "file"), "old");
        Directory.CreateDirectory(Path.Combine(dir, "dir/deep"));
    }

    public void Dispose() => _tree.Dispose();
}
