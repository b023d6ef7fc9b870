using System.Text;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Layers;

/// <summary>Layers unpacked each by itself and put together by overlayfs show what layers applied in order would.</summary>
public sealed class UnpackingLayers : IDisposable
{
    // cap_net_raw+ep, as setcap writes it (linux/capability.h, vfs_cap_data): not text, with zeros in it.
    private static readonly byte[] NetRaw = Convert.FromHexString("0100000200200000000000000000000000000000");

    private readonly Tree _tree = new();

    private static byte[] Base() => new TestTar()
        .Directory("./")
        .Directory("bin/").File("bin/su", "su", 0x9ed, 0, 0).File("bin/ping", "ping", 0x1ed, 0, 0, TestTar.Noon, ("security.capability", NetRaw))
        .HardLink("bin/ping6", "bin/ping").Symlink("bin/sh", "su")
        .Directory("dev/").Device("dev/null", 1, 3).Device("dev/sda", 8, 0, TarKind.BlockDevice, 0x1b0).Pipe("dev/initctl")
        .Directory("etc/", time: 1_000_000).File("etc/shadow", "x", 0x1a0, 0, 42, -5).File("etc/big-owner", "x", 0x1a4, 3_000_000, 4_000_000)
        .Directory("home/").Directory("home/a/", 0x1c0, 1000, 1000, TestTar.Noon, ("user.note", "on a folder"u8.ToArray())).File("home/a/one", "1").File("home/a/two", "2")
        .Directory("gone/").File("gone/file").Directory("was-dir/").File("was-dir/file").File("was-file", "f").Directory("tmp/", 0x3ff)
        .Directory("opaque/").File("opaque/old").Directory("opaque/sub/").File("opaque/sub/old")
        .Directory("usr-" + new string('l', 150) + "/").File("usr-" + new string('l', 150) + "/" + "ä", "long and not ASCII").ToArray();

    private static byte[] Second() => new TestTar()
        .Directory("./", time: 1_600_000_000)
        .Directory("home/").Directory("home/a/", 0x1c0, 1000, 1000, TestTar.Noon, ("user.note", "on a folder"u8.ToArray())).File("home/a/.wh.one").File("home/a/three", "3")
        .File(".wh.gone").File("was-dir", "now a file").Directory("was-file/").File("was-file/inside", "now a folder")
        .Directory("opaque/").File("opaque/.wh..wh..opq").File("opaque/new", "n")
        .Directory("bin/").File("bin/su", "new su", 0x9ed).ToArray();

    private static byte[] Third() => new TestTar()
        .Directory("./", time: 1_650_000_000)
        .Directory("gone/", 0x1c0).File("gone/again", "back")
        .Directory("links/").HardLink("links/to-below", "home/a/two").HardLink("links/to-below-too", "home/a/two")
        .ToArray();

    [Fact]
    public void The_union_is_what_applying_them_in_order_gives()
    {
        byte[][] tars = [Base(), Second(), Third()];
        // Unpacked from the top down, but for what Complete is told: the order of the work is free.
        var folders = tars.Select(_ => _tree.NewFolder()).ToArray();
        for (var i = 0; i < 3; i++)
            Tree.UnpackInto(folders[i], tars[i], [.. folders[..i].Reverse()]);

        Tree.ShouldBeSame(_tree.OfUnion([.. folders.Reverse()]), Tree.Of(_tree.ApplyInOrder(tars)));
    }

    [Fact]
    public void A_folder_that_the_archive_takes_for_granted_looks_as_it_does_below()
    {
        var below = _tree.Unpack(new TestTar().Directory("./", 0x1c9, 3, 4, 5).Directory("srv/", 0x1f8, 7, 8, 9).ToArray());
        var above = _tree.Unpack(new TestTar().File("srv/www/index.html", "x").ToArray(), below);

        var (root, srv) = (Status(above, "."), Status(above, "srv"));
        (root.Mode, root.Uid, root.Gid, root.Modified.Seconds).ShouldBe((0x1c9u, 3u, 4u, 5L));
        (srv.Mode, srv.Uid, srv.Gid, srv.Modified.Seconds).ShouldBe((0x1f8u, 7u, 8u, 9L));
        (Status(above, "srv/www").Mode, Status(above, "srv/www").Modified.Seconds).ShouldBe((0x1edu, 0L));
    }

    [Fact]
    public void A_deletion_hides_what_is_below_also_where_the_name_comes_back_as_a_folder()
    {
        var below = _tree.Unpack(new TestTar().Directory("./").Directory("a/").File("a/old").Directory("b/").File("b/old").ToArray());
        var above = _tree.Unpack(new TestTar().Directory("./").File(".wh.a").Directory("a/").File("a/new").Directory("b/").File("b/new").File(".wh.b").ToArray(), below);

        Names(_tree.OfUnion(above, below)).ShouldBe(["./", "./a/", "./a/new", "./b/", "./b/new"]);
    }

    [Fact]
    public void The_later_member_of_a_name_wins()
    {
        var folder = _tree.Unpack(new TestTar().Directory("./").File("x", "first").File("x", "second").Directory("y/").File("y/in").File("y", "file now").Symlink("z", "x").Directory("z/").ToArray());
        Names(Tree.Of(folder)).ShouldBe(["./", "./x", "./y", "./z/"]);
        File.ReadAllText(Path.Combine(folder, "x")).ShouldBe("second");
    }

    [Fact]
    public void Sparse_files_keep_their_holes()
    {
        var file = Path.Combine(_tree.Root, "sparse");
        using (var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(handle, "start"u8, 0);
            RandomAccess.Write(handle, "middle"u8, 5 << 20);
            RandomAccess.SetLength(handle, 64 << 20);
        }
        foreach (var format in (string[])["--format=gnu", "--format=pax --sparse-version=0.0", "--format=pax --sparse-version=0.1", "--format=pax --sparse-version=1.0"])
        {
            var packed = Path.Combine(_tree.Root, "sparse.tar");
            using (var tar = System.Diagnostics.Process.Start("bash", ["-c", $"tar -C '{_tree.Root}' -S {format} -cf '{packed}' sparse"]))
                tar.WaitForExit();
            new FileInfo(packed).Length.ShouldBeLessThan(1 << 20);
            var folder = _tree.Unpack(File.ReadAllBytes(packed));
            File.ReadAllBytes(Path.Combine(folder, "sparse")).AsSpan().SequenceEqual(File.ReadAllBytes(file)).ShouldBeTrue(format);
        }
    }

    [Fact]
    public void An_image_cannot_steer_the_union_by_its_attributes()
    {
        var folder = _tree.Unpack(new TestTar().Directory("d/", xattrs: [("trusted.overlay.redirect", "/etc"u8.ToArray()), ("security.selinux", "x"u8.ToArray()), ("user.kept", "y"u8.ToArray())]).ToArray());
        using var root = Tree.Open(folder);
        FileCalls.Xattrs(root, "d"u8).Select(x => Encoding.ASCII.GetString(x.Name)).ShouldBe(["user.kept"]);
    }

    public void Dispose() => _tree.Dispose();

    private static FileStatus Status(string folder, string name)
    {
        using var root = Tree.Open(folder);
        return FileCalls.TryStatus(root, Encoding.UTF8.GetBytes(name))!.Value;
    }

    private static string[] Names(byte[] tar)
    {
        var names = new List<string>();
        var reader = new TarReader(new MemoryStream(tar), TarLimits.Default);
        while (reader.Next() is { } entry)
            names.Add(Encoding.UTF8.GetString(entry.Name));
        return [.. names];
    }
}
