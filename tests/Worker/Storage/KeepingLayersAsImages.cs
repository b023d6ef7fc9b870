using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Tests.Images;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Storage;

public sealed class KeepingLayersAsImages
{
    [Fact]
    public void A_layer_is_one_file_that_nobody_can_write_to() => StorageBench.With("erofs", bench =>
    {
        var layers = bench.Take(null, new TestTar().Directory("./").File("a", "content").ToArray());
        var folder = Path.GetDirectoryName(bench.Store.DiffFolder(layers.Chain[0]))!;
        new FileInfo(Path.Combine(folder, "layer.erofs")).Length.ShouldBeGreaterThan(0);
        File.ReadAllText(Path.Combine(folder, "diff", "a")).ShouldBe("content");
        Should.Throw<IOException>(() => File.WriteAllText(Path.Combine(folder, "diff", "a"), "other")).Message.ShouldContain("Read-only file system");
    });

    [Fact]
    public void What_a_crash_left_half_made_goes_at_the_next_start() => StorageBench.With("erofs", bench =>
    {
        var left = bench.Store.Begin(); // Not disposed, as a worker does that is killed.
        Tree.UnpackInto(left.DiffFolder, new TestTar().Directory("./").File("a", "content").ToArray());
        LayerImage.Make(left.Folder);
        LayerImage.Mount(left.Folder, new HashSet<string>());
        Mounts.IsMountPoint(left.DiffFolder).ShouldBeTrue();

        _ = new ContentStore(bench.Instance, new Store.Users());

        Mounts.Below(bench.Instance.WorkerFolder).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(bench.Instance.WorkerFolder, "ingest")).ShouldBeEmpty();
    });

    [Fact]
    public void Layers_stay_what_they_are_when_another_driver_is_configured() => StorageBench.With("erofs", bench =>
    {
        var layers = bench.Take(null, new TestTar().Directory("./").File("a", "content").ToArray());
        File.WriteAllText(Path.Combine(bench.Instance.Home, "shiplog.json"), "{}");
        Mounts.Unmount(bench.Store.DiffFolder(layers.Chain[0]));
        var later = new LayerStore(Contracts.Instance.Load(bench.Instance.Home));
        File.ReadAllText(Path.Combine(later.DiffFolder(layers.Chain[0]), "a")).ShouldBe("content");
    });
}
