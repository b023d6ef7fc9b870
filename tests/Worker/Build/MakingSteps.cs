using System.Diagnostics;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

public sealed class MakingSteps
{
    public static readonly TheoryData<string> Drivers = BuildBench.Drivers;

    [Theory, MemberData(nameof(Drivers))]
    public async Task A_step_that_changes_no_file_makes_an_image_of_the_same_layers(string driver)
    {
        using var bench = new BuildBench(driver);
        var parent = await ParentAsync(bench);
        var built = await bench.MakeAsync(parent, step => step with { ConfigTemplate = step.ConfigTemplate.Replace("\"config\":{}", "\"config\":{\"Cmd\":[\"x\"]}", StringComparison.Ordinal) });
        (built.BuildId, built.ParentImageId, built.ContainerId, built.NewLayer).ShouldBe((Id, parent.ImageId, null, null));
        built.Image.Layers.Select(l => l.ChainId).ShouldBe(parent.Layers.Select(l => l.ChainId));
        var config = JsonNode.Parse(built.Image.ConfigJson)!;
        config["history"]!.AsArray()[^1]!["empty_layer"]!.GetValue<bool>().ShouldBeTrue();
        config["config"]!["Cmd"]!.ToJsonString().ShouldBe("[\"x\"]");
        built.Image.ImageId.ShouldBe(Digest.Of(System.Text.Encoding.UTF8.GetBytes(built.Image.ConfigJson)));
        bench.Store.Images.Find(built.Image.ImageId).ShouldNotBeNull();
        Directory.Exists(bench.Paths.Folder).ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task From_scratch_there_is_nothing_below(string driver)
    {
        using var bench = new BuildBench(driver);
        var empty = await bench.MakeAsync(null, step => step);
        empty.Image.Layers.ShouldBeEmpty();
        bench.TakeContext(new TestTar().File("a", "A").ToArray());
        var built = await bench.CopyAsync(empty.Image, Copy("/", "a"));
        bench.Layer(built).ShouldBe(["644 0:0 /a A"]);
        (built.Image.Layers.Length, built.ParentImageId).ShouldBe((1, empty.Image.ImageId));
        bench.Layer(await bench.CopyAsync(null, Copy("/x/y/", "a"))).ShouldBe(["755 0:0 /x/", "755 0:0 /x/y/", "644 0:0 /x/y/a A"]);
        bench.Layer(await bench.MakeAsync(null, step => step with { Folder = "/x/y" })).ShouldBe(["755 0:0 /x/", "755 0:0 /x/y/"]);
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task A_folder_is_made_where_it_is_missing(string driver)
    {
        using var bench = new BuildBench(driver);
        var parent = await ParentAsync(bench);
        async Task<ImageBuiltReport> MakeAsync(string folder) => await bench.MakeAsync(parent, step => step with { Folder = folder });
        bench.Layer(await MakeAsync("/a/b")).ShouldBe(["755 0:0 /a/", "755 0:0 /a/b/"]);
        bench.Layer(await MakeAsync("/way/b")).ShouldBe(["700 1:2 /srv/", "755 0:0 /srv/b/"]);
        bench.Layer(await MakeAsync("/to-nothing")).ShouldBe(["755 0:0 /made/"]);
        foreach (var there in (string[])["/", "/srv", "/way", "/way/"])
            (await MakeAsync(there)).NewLayer.ShouldBeNull(there);
        async Task<OrderFailure> RefusedAsync(string folder) => (await Should.ThrowAsync<OrderException>(() => MakeAsync(folder))).Failure;
        (await RefusedAsync("/file")).ShouldBe(new OrderFailure("BuildImageStep", FailureKind.Invalid, "Cannot mkdir: /file is not a directory"));
        (await RefusedAsync("/file/below")).Error.ShouldBe("Cannot mkdir: /file is not a directory");
        (await RefusedAsync("")).Kind.ShouldBe(FailureKind.Invalid);
        Directory.GetDirectories(bench.Paths.Roots).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task What_a_container_has_changed_is_a_layer(string driver)
    {
        using var bench = new BuildBench(driver);
        var parent = await ParentAsync(bench);
        bench.Containers.Diffs["changed"] = new TestTar().Directory("srv/", 0x1c0, 1, 2).File("srv/made", "m").File(".wh.file").ToArray();
        var built = await bench.MakeAsync(parent, step => step with { ContainerId = "changed" });
        bench.Layer(built).ShouldBe(["/file deleted", "700 1:2 /srv/", "644 0:0 /srv/made m"]);
        built.ContainerId.ShouldBe("changed");
        (await bench.MakeAsync(parent, step => step with { ContainerId = "never-started" })).NewLayer.ShouldBeNull();
    }

    [Theory, MemberData(nameof(Drivers))]
    public async Task The_same_files_over_the_same_image_make_the_same_layer(string driver)
    {
        using var bench = new BuildBench(driver);
        var parent = await ParentAsync(bench);
        bench.TakeContext(new TestTar().File("a", "A").Directory("d/").File("d/b", "B").ToArray());
        var first = await bench.CopyAsync(parent, Copy("/srv/b", "a"));
        var second = await bench.CopyAsync(parent, Copy("/srv/c", "a"));
        second.NewLayer.ShouldNotBe(first.NewLayer);
        second.Image.Layers[0].ShouldBe(first.Image.Layers[0]);
    }

    [Fact]
    public async Task What_is_not_needed_any_more_goes()
    {
        using var bench = new BuildBench();
        var parent = await ParentAsync(bench);
        bench.TakeContext(new TestTar().File("a", "A").ToArray());
        await bench.RefusedAsync(parent, Copy("/file/x", "a"));
        bench.Store.Images.All.Select(i => i.ImageId).ShouldBe([parent.ImageId]);
        bench.Store.Layers.All.ShouldBe([parent.Layers[0].ChainId]);
        Directory.EnumerateFileSystemEntries(Path.Combine(bench.Instance.WorkerFolder, "ingest")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_that_cannot_be_is_refused_with_a_reason()
    {
        using var bench = new BuildBench();
        var parent = await ParentAsync(bench);
        async Task<OrderFailure> RefusedAsync(StoredImage? image, Func<BuildImageStep, BuildImageStep> step) =>
            (await Should.ThrowAsync<OrderException>(() => bench.MakeAsync(image, step))).Failure;
        var unknown = "sha256:" + new string('0', 64);
        (await RefusedAsync(parent, step => step with { ParentImageId = unknown })).ShouldBe(new OrderFailure(
            "BuildImageStep", FailureKind.NotFound, $"image {unknown}, which the step goes on from, is no longer on this host; build it again"));
        (await RefusedAsync(parent, step => step with { Folder = "/x", ContainerId = "y" })).Kind.ShouldBe(FailureKind.Invalid);
        (await RefusedAsync(parent, step => step with { ConfigTemplate = "{" })).Kind.ShouldBe(FailureKind.Invalid);
        (await RefusedAsync(parent, step => step with { ConfigTemplate = Template(null) })).Error.ShouldContain("does not name the layers of the image below it");
        (await RefusedAsync(parent, step => step with { BuildId = "../x", Folder = "/x" })).Error.ShouldBe("invalid build id: \"../x\"");
    }

    [Fact]
    public async Task A_step_is_quick()
    {
        using var bench = new BuildBench();
        var parent = await ParentAsync(bench);
        bench.TakeContext(new TestTar().File("a", "A").File("b", "B").ToArray());
        await bench.CopyAsync(parent, Copy("/x/", "a", "b"));
        await bench.MakeAsync(parent, step => step);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
            await bench.CopyAsync(parent, Copy($"/x-{i}/", "a", "b"));
        var copies = Stopwatch.GetElapsedTime(began) / 10;
        began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
            await bench.MakeAsync(parent, step => step with { ConfigTemplate = step.ConfigTemplate.Replace("a step", $"step {i}", StringComparison.Ordinal) });
        var labels = Stopwatch.GetElapsedTime(began) / 10;
        TestContext.Current.TestOutputHelper?.WriteLine($"a copy {copies.TotalMilliseconds:0.0} ms, a label {labels.TotalMilliseconds:0.0} ms");
        // Ten times what a disk that is busy with nothing else takes.
        copies.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        labels.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static Task<StoredImage> ParentAsync(BuildBench bench) => bench.ImageAsync(new TestTar()
        .Directory("./").Directory("srv/", 0x1c0, 1, 2).File("file", "F").Symlink("way", "srv").Symlink("to-nothing", "made").ToArray());
}
