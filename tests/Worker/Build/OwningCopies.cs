using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

/// <summary>Whom copied files belong to, and what may be done with them (<c>--chown</c>, <c>--chmod</c>).</summary>
public sealed class OwningCopies : IDisposable
{
    private readonly BuildBench _bench = new();

    [Theory]
    [InlineData("alice", "1000:1001")]
    [InlineData("alice:staff", "1000:50")]
    [InlineData("alice:7", "1000:7")]
    [InlineData("7:staff", "7:50")]
    [InlineData("7", "7:7")]
    public async Task Names_are_those_of_the_image(string owner, string ids)
    {
        var image = await ImageAsync();
        _bench.TakeContext(new TestTar().Directory("d/").File("d/f", "x").Symlink("d/l", "f").ToArray());
        var layer = await _bench.CopyAsync(image, Copy("/made/x/", "d") with { Owner = owner });
        _bench.Layer(layer).ShouldBe(["755 0:0 /made/", $"755 {ids} /made/x/", $"644 {ids} /made/x/f x", "/made/x/l -> f"]);
        Storage.StorageBench.Run($"stat -c %u:%g '{_bench.Store.Layers.DiffFolder(layer.NewLayer!)}/made/x/l'").Trim().ShouldBe(ids);
    }

    [Theory]
    [InlineData("nosuch", "can't find uid for user nosuch: no such user: nosuch")]
    [InlineData("nosuch:staff", "can't find uid for user nosuch: no such user: nosuch")]
    [InlineData("lonely", "can't find gid for group lonely: no such group: lonely")]
    [InlineData("alice:nosuch", "can't find gid for group nosuch: no such group: nosuch")]
    [InlineData("4294967296", "uids and gids must be in range 0-2147483647, not 4294967296")]
    public async Task Who_is_not_there_is_refused_in_Dockers_words(string owner, string why)
    {
        _bench.TakeContext(new TestTar().File("f").ToArray());
        (await _bench.RefusedAsync(await ImageAsync(), Copy("/f", "f") with { Owner = owner }))
            .ShouldBe(new OrderFailure("BuildImageStep", FailureKind.Invalid, "unable to convert uid/gid chown string to host mapping: " + why));
    }

    [Fact]
    public async Task The_images_user_file_is_looked_for_within_the_image()
    {
        var image = await _bench.ImageAsync(new TestTar().Directory("./").Directory("etc/").Symlink("etc/passwd", "/../../../../../../etc/passwd").ToArray());
        _bench.TakeContext(new TestTar().File("f").ToArray());
        // There it leads in circles, which the kernel calls by different names.
        (await _bench.RefusedAsync(image, Copy("/f", "f") with { Owner = "root" })).Error.ShouldStartWith("COPY failed: openat2 etc/passwd: ");
    }

    [Fact]
    public async Task A_mode_is_that_of_files_and_folders_that_are_copied()
    {
        _bench.TakeContext(new TestTar().Directory("d/").File("d/f", "x").Symlink("d/l", "f").ToArray());
        (await _bench.LayerAsync(null, Copy("/above/x/", "d") with { Mode = 0x9f8 })).ShouldBe(
            ["755 0:0 /above/", "4770 0:0 /above/x/", "4770 0:0 /above/x/f x", "/above/x/l -> f"]);
    }

    [Fact]
    public async Task What_comes_from_an_image_stays_whose_it_is_unless_somebody_says_otherwise()
    {
        var source = await ImageAsync();
        var copy = Copy("/x/", "home") with { FromImageId = source.ImageId };
        (await _bench.LayerAsync(null, copy)).ShouldBe(["755 0:0 /x/", "640 1000:50 /x/mine m"]);
        (await _bench.LayerAsync(null, copy with { Owner = "0:0" })).ShouldBe(["755 0:0 /x/", "640 0:0 /x/mine m"]);
        (await _bench.LayerAsync(null, copy with { Destination = "/x/y/" })).ShouldBe(["755 0:0 /x/", "755 0:0 /x/y/", "640 1000:50 /x/y/mine m"]);
    }

    public void Dispose() => _bench.Dispose();

    private Task<StoredImage> ImageAsync() => _bench.ImageAsync(new TestTar().Directory("./").Directory("etc/")
        .File("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/:/bin/sh\nlonely:x:9:9::/:/bin/sh\n").File("etc/group", "root:x:0:\nalice:x:1001:\nstaff:x:50:\n")
        .Directory("home/", 0x1c0, 1000, 1001).File("home/mine", "m", 0x1a0, 1000, 50).ToArray());
}
