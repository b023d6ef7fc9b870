using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Layers;

public sealed class HostileArchives : IDisposable
{
    private readonly Tree _tree = new();

    [Theory, InlineData("../outside"), InlineData("a/../../outside"), InlineData("/../outside"), InlineData("./../outside"), InlineData("..")]
    public void A_name_that_leads_out_is_refused(string name) =>
        Refused(new TestTar().Directory("./").Directory("a/").File(name, "x").ToArray()).ShouldContain("leads out of the archive's root");

    [Fact]
    public void An_absolute_name_is_taken_below_the_root()
    {
        var folder = _tree.Unpack(new TestTar().File("/etc/shiplog-test", "inside").ToArray());
        File.ReadAllText(Path.Combine(folder, "etc/shiplog-test")).ShouldBe("inside");
        File.Exists("/etc/shiplog-test").ShouldBeFalse();
    }

    [Theory, InlineData("OUT"), InlineData("../../../../../../../../OUT")]
    public void A_file_below_a_link_lands_within_the_layer_or_nowhere(string target)
    {
        var outside = _tree.NewFolder();
        Refused(new TestTar().Directory("./").Symlink("way", target.Replace("OUT", outside, StringComparison.Ordinal)).File("way/file", "x").ToArray())
            .ShouldContain("no directory, or a link that leads to none");
        Directory.GetFileSystemEntries(outside).ShouldBeEmpty();
    }

    [Fact]
    public void A_link_within_the_layer_is_followed_within_the_layer()
    {
        var folder = _tree.Unpack(new TestTar().Directory("./").Directory("usr/").Directory("usr/lib/").Symlink("lib", "/usr/lib").File("lib/libc", "c").ToArray());
        File.ReadAllText(Path.Combine(folder, "usr/lib/libc")).ShouldBe("c");
    }

    [Fact]
    public void A_hard_link_cannot_reach_what_is_outside()
    {
        var outside = Path.Combine(_tree.NewFolder(), "secret");
        File.WriteAllText(outside, "secret");
        Refused(new TestTar().Directory("./").HardLink("x", "../../" + Path.GetRelativePath(_tree.Root, outside)).ToArray()).ShouldContain("leads out of the archive's root");
        Refused(new TestTar().Directory("./").HardLink("x", outside).ToArray()).ShouldContain("which is nowhere");
        Refused(new TestTar().Directory("./").Symlink("way", Path.GetDirectoryName(outside)!).HardLink("x", "way/secret").ToArray()).ShouldContain("which is nowhere");
        Refused(new TestTar().Directory("./").Symlink("way", outside).HardLink("x", "way").File("x/y").ToArray()).ShouldContain("no directory");
    }

    [Fact]
    public void Writing_over_a_link_replaces_the_link()
    {
        var outside = Path.Combine(_tree.NewFolder(), "target");
        File.WriteAllText(outside, "untouched");
        var folder = _tree.Unpack(new TestTar().Directory("./").Symlink("x", outside).File("x", "new").Symlink("d", Path.GetDirectoryName(outside)!).Directory("d/", 0x1c0).ToArray());
        File.ReadAllText(outside).ShouldBe("untouched");
        new FileInfo(Path.Combine(folder, "x")).LinkTarget.ShouldBeNull();
        new DirectoryInfo(Path.Combine(folder, "d")).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public void A_loop_of_links_is_refused() =>
        Refused(new TestTar().Directory("./").Symlink("a", "b").Symlink("b", "a").File("a/x").ToArray()).ShouldContain("no directory");

    [Theory, InlineData(".wh."), InlineData(".wh..."), InlineData("d/.wh..")]
    public void A_deletion_of_no_name_is_refused(string name) =>
        Refused(new TestTar().Directory("./").Directory("d/").File(name).ToArray()).ShouldContain("no valid whiteout");

    [Fact]
    public void Claims_beyond_the_limits_are_refused()
    {
        Refused(new TestTar().Claiming("huge", 1L << 45)).ShouldContain("claims more than");
        Refused(new TestTar().Claiming("short", 1000)).ShouldContain("ends in the middle");
        Refused(new TestTar().File(string.Join('/', Enumerable.Repeat("d", 300)) + "/f").ToArray()).ShouldContain("deeper than");
        Refused(new TestTar().File(new string('x', 5000)).ToArray()).ShouldContain("longer than");
        Refused(new TestTar().File(new string('x', 300)).ToArray()).ShouldContain("longer than 255 bytes");
    }

    [Fact]
    public void Many_members_are_counted()
    {
        var tar = new TestTar();
        for (var i = 0; i < 20; i++)
            tar.File($"f{i}");
        var reader = new TarReader(new MemoryStream(tar.ToArray()), TarLimits.Default with { Entries = 10 });
        Should.Throw<TarException>(() =>
        {
            while (reader.Next() is not null)
            {
            }
        }).Message.ShouldContain("more than 10 members");
    }

    [Fact]
    public void What_is_no_tar_is_refused() => Refused([.. Enumerable.Range(0, 2048).Select(i => (byte)i)]).ShouldNotBeEmpty();

    public void Dispose() => _tree.Dispose();

    private string Refused(byte[] tar)
    {
        var folder = _tree.NewFolder();
        var message = Should.Throw<TarException>(() => Tree.UnpackInto(folder, tar)).Message;
        File.Exists(Path.Combine(_tree.Root, "outside")).ShouldBeFalse();
        FileCalls.RemoveTree(folder);
        return message;
    }
}
