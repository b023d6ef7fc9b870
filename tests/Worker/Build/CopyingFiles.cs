using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

/// <summary>Where COPY puts what, as Docker does (Dockerfile reference, "COPY").</summary>
public sealed class CopyingFiles
{
    public static readonly TheoryData<string> Drivers = BuildBench.Drivers;

    // Owners that nobody asks for are the client's, and not the image's.
    private static byte[] Context() => new TestTar()
        .File("a", "A", 0x1a0, 1000, 1000).File("b", "B").Directory("d/", 0x1c0, 1000, 1000).File("d/in", "I").Directory("d/e/").File("d/e/deep", "D", 0x9ed)
        .Symlink("d/link", "in").Symlink("to-a", "a").Symlink("to-d", "d").Pipe("d/pipe").HardLink("d/same", "d/in").ToArray();

    private static byte[] Image() => new TestTar()
        .Directory("./").Directory("etc/").File("etc/conf", "old").Directory("srv/", 0x1f8, 5, 6).File("srv/a", "there")
        .Symlink("way", "/srv").Symlink("file-way", "srv/a").Symlink("nowhere", "/made/there").Symlink("up", "../../../../srv").ToArray();

    [Theory, MemberData(nameof(Drivers))]
    public Task A_file_goes_to_the_path_that_is_named(string driver) => MakesAsync(driver, Copy("/x/y", "a"), "755 0:0 /x/", "640 0:0 /x/y A");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_file_goes_into_a_destination_that_ends_in_a_slash(string driver) => MakesAsync(driver, Copy("/x/", "a"), "755 0:0 /x/", "640 0:0 /x/a A");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_file_goes_into_a_folder_that_is_there_and_replaces_the_file_of_its_name(string driver) =>
        MakesAsync(driver, Copy("/srv", "a"), "770 5:6 /srv/", "640 0:0 /srv/a A");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_relative_destination_is_below_the_working_folder(string driver) =>
        MakesAsync(driver, Copy("in/", "a") with { WorkingDir = "/srv" }, "770 5:6 /srv/", "755 0:0 /srv/in/", "640 0:0 /srv/in/a A");

    [Theory, MemberData(nameof(Drivers))]
    public Task The_working_folder_itself_is_a_destination(string driver) =>
        MakesAsync(driver, Copy(".", "a", "b") with { WorkingDir = "/srv" }, "770 5:6 /srv/", "640 0:0 /srv/a A", "644 0:0 /srv/b B");

    [Theory, MemberData(nameof(Drivers))]
    public Task Of_a_folder_its_content_is_copied(string driver) => MakesAsync(
        driver, Copy("/x", "d"), "755 0:0 /x/", "755 0:0 /x/e/", "4755 0:0 /x/e/deep D", "644 0:0 /x/in I", "/x/link -> in", "644 0:0 /x/pipe Pipe", "644 0:0 /x/same I");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_folder_that_is_there_keeps_its_owner_and_mode(string driver) => MakesAsync(
        driver, Copy("/srv/", "d/e/"), "770 5:6 /srv/", "4755 0:0 /srv/deep D");

    [Theory, MemberData(nameof(Drivers))]
    public Task The_whole_context_is_a_folder_too(string driver) => MakesAsync(
        driver, Copy("/x/", ".") with { Excludes = ["d", "to-*"] }, "755 0:0 /x/", "640 0:0 /x/a A", "644 0:0 /x/b B");

    [Theory, MemberData(nameof(Drivers))]
    public Task Several_sources_go_into_one_folder(string driver) => MakesAsync(
        driver, Copy("/x/", "a", "d/e", "b"), "755 0:0 /x/", "640 0:0 /x/a A", "644 0:0 /x/b B", "4755 0:0 /x/deep D");

    [Theory, MemberData(nameof(Drivers))]
    public Task Links_that_are_sources_are_followed_and_keep_their_name(string driver) => MakesAsync(
        driver, Copy("/x/", "to-a"), "755 0:0 /x/", "640 0:0 /x/to-a A");

    [Theory, MemberData(nameof(Drivers))]
    public Task Links_that_lead_to_the_destination_are_followed_within_the_root(string driver) => MakesAsync(
        driver, Copy("/up/x", "b"), "770 5:6 /srv/", "644 0:0 /srv/x B");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_link_that_is_the_destination_stays_one(string driver) => MakesAsync(driver, Copy("/file-way", "b"), "770 5:6 /srv/", "644 0:0 /srv/a B");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_link_to_what_is_not_there_says_what_is_made(string driver) => MakesAsync(
        driver, Copy("/nowhere/x", "b"), "755 0:0 /made/", "755 0:0 /made/there/", "644 0:0 /made/there/x B");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_file_of_the_image_gives_way_to_another(string driver) => MakesAsync(driver, Copy("/etc/conf", "b"), "755 0:0 /etc/", "644 0:0 /etc/conf B");

    [Theory, MemberData(nameof(Drivers))]
    public Task Folders_above_a_source_are_made_where_that_is_asked_for(string driver) => MakesAsync(
        driver, Copy("/x", "d/e/deep", "d/in") with { Parents = true },
        "755 0:0 /x/", "700 0:0 /x/d/", "755 0:0 /x/d/e/", "4755 0:0 /x/d/e/deep D", "644 0:0 /x/d/in I");

    [Theory, MemberData(nameof(Drivers))]
    public Task Folders_above_the_pivot_are_not_made(string driver) => MakesAsync(
        driver, Copy("/x", "d/./e/") with { Parents = true }, "755 0:0 /x/", "755 0:0 /x/e/", "4755 0:0 /x/e/deep D");

    [Theory, MemberData(nameof(Drivers))]
    public Task A_file_that_is_the_pivot_itself_goes_by_its_name(string driver) => MakesAsync(
        driver, Copy("/x", "d/in/./") with { Parents = true }, "755 0:0 /x/", "644 0:0 /x/in I");

    [Theory, MemberData(nameof(Drivers))]
    public Task Files_that_are_written_in_the_Dockerfile_are_copied_as_any(string driver) => MakesAsync(
        driver, Copy("/x/", "b") with { Files = [new BuildFile("run.sh", "echo\n")], Mode = 0x1c0, Owner = "7:8" },
        "755 7:8 /x/", "700 7:8 /x/b B", "700 7:8 /x/run.sh echo");

    [Theory, MemberData(nameof(Drivers))]
    public async Task Nothing_that_is_a_folder_takes_the_place_of_what_is_none(string driver)
    {
        using var bench = new BuildBench(driver);
        var image = await bench.ImageAsync(Image(), new TestTar().File("x/e", "in the way").Directory("y/").Directory("y/in/").ToArray());
        bench.TakeContext(Context());
        (await bench.RefusedAsync(image, Copy("/x/", "d"))).ShouldBe(Invalid("COPY failed: cannot copy to non-directory: /x/e"));
        (await bench.RefusedAsync(image, Copy("/srv/a", "d"))).ShouldBe(Invalid("COPY failed: cannot copy to non-directory: /srv/a: not a directory"));
        (await bench.RefusedAsync(image, Copy("/srv/a/", "b"))).ShouldBe(Invalid("COPY failed: cannot copy to non-directory: /srv/a: not a directory"));
        (await bench.RefusedAsync(image, Copy("/srv/a/b", "b"))).ShouldBe(Invalid("COPY failed: cannot copy to non-directory: /srv/a: not a directory"));
        (await bench.RefusedAsync(image, Copy("/y", "d"))).ShouldBe(Invalid("COPY failed: cannot replace to directory /y/in with file"));
        Directory.GetDirectories(bench.Paths.Roots).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task Times_attributes_hard_links_and_holes_are_kept(string driver)
    {
        using var bench = new BuildBench(driver);
        bench.TakeContext(new TestTar().Directory("d/", time: 1_000_000_000).File("d/one", "x", time: 1_100_000_000, xattrs: ("user.note", "hello"u8.ToArray()))
            .HardLink("d/two", "d/one").File("capable", "c", xattrs: ("security.capability", Convert.FromHexString("0100000202040000000000000000000000000000"))).ToArray());
        using (var hole = File.Create(Path.Combine(bench.Paths.Context, "d/hole")))
            hole.SetLength(64 << 20);

        var built = await bench.CopyAsync(null, Copy("/x/", "d", "capable"));

        var layer = bench.Store.Layers.DiffFolder(built.NewLayer!);
        Storage.StorageBench.Run($"""
            cd '{layer}/x'
            test "$(stat -c %i one)" = "$(stat -c %i two)"
            test "$(stat -c %Y one)" = 1100000000
            python3 -c "import os; assert os.getxattr('two', 'user.note') == b'hello'; assert os.getxattr('capable', 'security.capability')[:4] == b'\1\0\0\2'"
            test "$(stat -c %s hole)" = {64 << 20}
            """);
    }

    [Fact]
    public async Task A_later_source_of_the_same_name_wins_also_over_one_of_two_names()
    {
        using var bench = new BuildBench();
        bench.TakeContext(new TestTar().File("one/x", "first").HardLink("one/y", "one/x").File("two/x", "second").HardLink("three/z", "one/x").ToArray());
        (await bench.LayerAsync(null, Copy("/d/", "one", "two", "three"))).ShouldBe(
            ["755 0:0 /d/", "644 0:0 /d/x second", "644 0:0 /d/y first", "644 0:0 /d/z first"]);
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task Another_content_of_the_same_size_and_time_is_a_change(string driver)
    {
        using var bench = new BuildBench(driver);
        var image = await bench.ImageAsync(new TestTar().File("x", "old").ToArray());
        bench.TakeContext(new TestTar().File("x", "new").ToArray());
        (await bench.LayerAsync(image, Copy("/x", "x"))).ShouldBe(["644 0:0 /x new"]);
    }

    private static OrderFailure Invalid(string error) => new("BuildImageStep", FailureKind.Invalid, error);

    private static async Task MakesAsync(string driver, BuildCopy copy, params string[] layer)
    {
        using var bench = new BuildBench(driver);
        var image = await bench.ImageAsync(Image());
        bench.TakeContext(Context());
        (await bench.LayerAsync(image, copy)).ShouldBe(layer);
        Directory.GetDirectories(bench.Paths.Roots).ShouldBeEmpty();
    }
}
