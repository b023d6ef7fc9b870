using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class ReadingLayers
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static TestImage Image() => new(
    [
        new TestTar().Directory("etc").Bytes("etc/big", new byte[1000]).Bytes("etc/old", new byte[500]).Directory("opt").Bytes("opt/one", new byte[30]).Bytes("opt/two", new byte[40]).ToArray(),
        new TestTar().Bytes("etc/big", new byte[1200]).File("etc/.wh.old").Bytes("etc/new", new byte[7]).ToArray(),
        new TestTar().Directory("opt").File("opt/.wh..wh..opq").Bytes("opt/two", new byte[41]).File(".wh.etc").ToArray(),
    ], false);

    private static async Task<StoredImage> PulledAsync(Store store, TestImage image)
    {
        await using var source = await FakeRegistry.StartAsync(image, static _ => false);
        return await store.PullAsync($"{source.Host}/layers:latest");
    }

    [Fact]
    public async Task Each_tells_what_it_does_to_those_below()
    {
        using var store = new Store();
        var pulled = await PulledAsync(store, Image());
        var contents = new LayerContents(store.Content);

        contents.Summarize(pulled.ImageId, Cancellation).ShouldBe(
        [
            new LayerContent(6, 0, 0, 0),
            // The directory is changed with what is in it; the file of before and the one that is gone are still on the disk.
            new LayerContent(1, 2, 1, 1500),
            // All of a directory is gone, and of another what was in it.
            new LayerContent(0, 2, 2, 1200 + 7 + 30 + 40),
        ]);
        contents.List(pulled.ImageId, 2, Cancellation).ShouldBe(
            [new LayerFile("/etc", 0, 0), new LayerFile("/etc/big", 0, 1200), new LayerFile("/etc/new", 1, 7), new LayerFile("/etc/old", 2, 0)], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_images_are_compared_by_what_their_containers_see()
    {
        using var store = new Store();
        var (base_, other) = (await PulledAsync(store, new TestImage([Image().Tars[0]], false)), await PulledAsync(store, new TestImage([.. Image().Tars.Take(2)], false)));
        var contents = new LayerContents(store.Content);

        contents.Compare(base_.ImageId, other.ImageId, Cancellation).ShouldBe(
            [new LayerFile("/etc", 0, 0), new LayerFile("/etc/big", 0, 1200), new LayerFile("/etc/new", 1, 7), new LayerFile("/etc/old", 2, 0)]);
        contents.Compare(other.ImageId, base_.ImageId, Cancellation).ShouldBe(
            [new LayerFile("/etc", 0, 0), new LayerFile("/etc/big", 0, 1000), new LayerFile("/etc/new", 2, 0), new LayerFile("/etc/old", 1, 500)]);
        contents.Compare(other.ImageId, other.ImageId, Cancellation).ShouldBeEmpty();
        Should.Throw<OrderException>(() => contents.Compare(base_.ImageId, "sha256:none", Cancellation)).Failure.Error.ShouldBe("image sha256:none is not on this host");
    }

    [Fact]
    public async Task What_is_not_here_is_said()
    {
        using var store = new Store();
        var pulled = await PulledAsync(store, Image());
        var contents = new LayerContents(store.Content);

        Should.Throw<OrderException>(() => contents.Summarize("sha256:none", Cancellation)).Failure.Error.ShouldBe("image sha256:none is not on this host");
        foreach (var layer in (int[])[0, -1, 4])
            Should.Throw<OrderException>(() => contents.List(pulled.ImageId, layer, Cancellation)).Failure.Error.ShouldBe($"the image has no layer {layer}: it has 3");
    }
}
