using System.Text;
using CsCheck;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Tests.Layers;

/// <summary>Archives that are nearly right: whatever they have become, they are unpacked below their root or refused in words.</summary>
public sealed class FuzzingArchives : IDisposable
{
    private const int Block = 512;

    private readonly Tree _tree = new();

    private static byte[] Sample() => new TestTar()
        .Directory("./").Directory("bin/").File("bin/su", "su", 0x9ed).HardLink("bin/su2", "bin/su").Symlink("bin/sh", "su").Symlink("out", "../../..")
        .Directory("dev/").Device("dev/null", 1, 3).Pipe("dev/initctl").File("etc/.wh.gone").Directory("opaque/").File("opaque/.wh..wh..opq")
        .Directory("home/", 0x1c0, 1000, 1000, TestTar.Noon, ("user.note", "kept"u8.ToArray())).File("home/" + new string('l', 120), "a long name")
        .File("big", new string('b', 3 * Block + 7)).ToArray();

    /// <summary>One change: bytes of a header, with its checksum made right again, so that the change is looked at and not only the sum.</summary>
    private static readonly Gen<(int Place, byte Value, int Kind)> Change = Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte, Gen.Int[0, 9]);

    [Fact]
    public void What_has_been_tampered_with_stays_within_the_root()
    {
        var sample = Sample();
        var outside = _tree.NewFolder();
        File.WriteAllText(Path.Combine(outside, "untouched"), "untouched");
        var before = Tree.Of(outside);
        var number = 0;
        Change.Array[1, 4].Sample(
            changes =>
            {
                var tar = changes.Aggregate((byte[])[.. sample], Apply);
                var root = Path.Combine(outside, "..", $"fuzz-{Interlocked.Increment(ref number)}", "root");
                Directory.CreateDirectory(root);
                try
                {
                    Tree.UnpackInto(root, tar);
                }
                catch (Exception e) when (e is TarException or LinuxException)
                {
                    e.Message.ShouldNotBeNullOrWhiteSpace();
                }
                Directory.GetFileSystemEntries(Path.GetDirectoryName(root)!).ShouldBe([root], "nothing is beside the root");
                Worker.Linux.FileSystem.FileCalls.RemoveTree(Path.GetDirectoryName(root)!);
            },
            iter: 1500, threads: 1, print: changes => string.Join(' ', changes));
        Tree.ShouldBeSame(Tree.Of(outside), before);
    }

    [Fact]
    public void What_has_been_cut_off_is_refused_or_what_was_there_is_taken()
    {
        var sample = Sample();
        Gen.Int[0, sample.Length].Sample(
            length =>
            {
                var folder = _tree.NewFolder();
                try
                {
                    Tree.UnpackInto(folder, sample[..length]);
                }
                catch (TarException e)
                {
                    e.Message.ShouldNotBeNullOrWhiteSpace();
                }
            },
            iter: 200, threads: 1);
    }

    private static byte[] Apply(byte[] tar, (int Place, byte Value, int Kind) change)
    {
        var blocks = tar.Length / Block;
        var block = change.Place % blocks * Block;
        switch (change.Kind)
        {
            case 0: // A block twice.
                return [.. tar[..block], .. tar[block..(block + Block)], .. tar[block..]];
            case 1: // A block less.
                return [.. tar[..block], .. tar[(block + Block)..]];
            case 2: // The kind of member, to one that there is.
                tar[block + 156] = "0123456LKxgSV\0"u8[change.Value % 14];
                break;
            case 3: // A size that is huge, in octal or in base 256.
                (change.Value % 2 == 0 ? "77777777777\0"u8 : [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).CopyTo(tar.AsSpan(block + 124, 12));
                break;
            case 4: // A name that leads elsewhere.
                ((byte[])[.. change.Value % 2 == 0 ? "../../../"u8 : "out/"u8]).CopyTo(tar.AsSpan(block));
                break;
            default:
                tar[block + change.Place / blocks % Block] = change.Value;
                break;
        }
        if (tar.AsSpan(block + 257, 5).SequenceEqual("ustar"u8))
            Sum(tar.AsSpan(block, Block));
        return tar;
    }

    // Six octal digits, a zero and a blank; while it is made the field counts as blanks (pax(1), "ustar Interchange Format").
    private static void Sum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
            sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header.Slice(148, 8));
    }

    public void Dispose() => _tree.Dispose();
}
