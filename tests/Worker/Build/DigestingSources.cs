using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

/// <summary>A step is made anew where its sources' digest has changed, and only there.</summary>
public sealed class DigestingSources
{
    private static readonly Func<TestTar> Usual = () => new TestTar()
        .Directory("d/").File("d/a", "A").File("d/b", "B").Symlink("d/l", "a").Directory("d/e/").File("d/e/c", "C");

    [Fact]
    public async Task The_order_and_the_times_of_the_archive_do_not_count() => (await DigestAsync(new TestTar()
        .Directory("d/", time: 1).File("d/e/c", "C", time: 2).Symlink("d/l", "a").File("d/b", "B").File("d/a", "A", time: 3))).ShouldBe(await DigestAsync(Usual()));

    public static readonly TheoryData<string> Changes = ["content", "size", "mode", "uid", "gid", "name", "link", "kind", "attribute", "more", "less", "folder", "moved", "folder-mode"];

    [Theory, MemberData(nameof(Changes))]
    public async Task Whatever_else_differs_counts(string change)
    {
        var changed = change switch
        {
            "content" => Usual().File("d/a", "B"),
            "size" => Usual().File("d/a", "A\n"),
            "mode" => Usual().File("d/a", "A", 0x1ed),
            "uid" => Usual().File("d/a", "A", uid: 1),
            "gid" => Usual().File("d/a", "A", gid: 1),
            "name" => new TestTar().Directory("d/").File("d/x", "A").File("d/b", "B").Symlink("d/l", "a").Directory("d/e/").File("d/e/c", "C"),
            "link" => Usual().Symlink("d/l", "b"),
            "kind" => Usual().File("d/l", "a"),
            "attribute" => Usual().File("d/a", "A", xattrs: ("user.x", [1])),
            "more" => Usual().File("d/more"),
            "less" => new TestTar().Directory("d/").File("d/a", "A").Symlink("d/l", "a").Directory("d/e/").File("d/e/c", "C"),
            "folder" => Usual().Directory("d/f/"),
            "moved" => new TestTar().Directory("d/").File("d/a", "A").File("d/b", "B").Symlink("d/l", "a").Directory("d/e/").File("d/c", "C"),
            _ => Usual().Directory("d/e/", 0x1c0),
        };
        (await DigestAsync(changed)).ShouldNotBe(await DigestAsync(Usual()));
    }

    [Fact]
    public async Task What_is_not_copied_does_not_count()
    {
        var copy = Copy("/x/", "d") with { Excludes = ["*.log", "e"] };
        (await DigestAsync(Usual().File("d/x.log", "noise").File("d/e/c", "other").File("beside", "too"), copy)).ShouldBe(await DigestAsync(Usual(), copy));
        (await DigestAsync(Usual().File("d/a", "other"), copy)).ShouldNotBe(await DigestAsync(Usual(), copy));
    }

    [Fact]
    public async Task Files_in_the_Dockerfile_count()
    {
        var copy = Copy("/x/", "d") with { Files = [new BuildFile("f", "one")] };
        var digest = await DigestAsync(Usual(), copy);
        (await DigestAsync(Usual(), copy)).ShouldBe(digest);
        (await DigestAsync(Usual(), copy with { Files = [new BuildFile("f", "two")] })).ShouldNotBe(digest);
        (await DigestAsync(Usual(), copy with { Files = [new BuildFile("g", "one")] })).ShouldNotBe(digest);
    }

    [Fact]
    public async Task An_image_and_a_context_with_the_same_files_are_the_same()
    {
        using var bench = new BuildBench();
        bench.TakeContext(Usual().ToArray());
        var image = await bench.ImageAsync(new TestTar().Directory("./").Directory("d/").File("d/b", "B").ToArray(), Usual().ToArray());
        var copy = Copy("/x/", "d");
        (await bench.DigestAsync(copy with { FromImageId = image.ImageId })).ShouldBe(await bench.DigestAsync(copy));
    }

    [Fact]
    public async Task A_file_is_read_once()
    {
        using var bench = new BuildBench();
        bench.TakeContext(Usual().ToArray());
        var digest = await bench.DigestAsync(Copy("/x/", "d"));
        // Nobody but a test changes a context.
        await File.WriteAllTextAsync(Path.Combine(bench.Paths.Context, "d/a"), "a", TestContext.Current.CancellationToken);
        (await bench.DigestAsync(Copy("/x/", "d"))).ShouldBe(digest);
    }

    private static async Task<string> DigestAsync(TestTar context, BuildCopy? copy = null)
    {
        using var bench = new BuildBench();
        bench.TakeContext(context.ToArray());
        var digest = await bench.DigestAsync(copy ?? Copy("/x/", "d"));
        digest.ShouldMatch("^sha256:[0-9a-f]{64}$");
        return digest;
    }
}
