using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class RemovingImages(RegistryProcess registry) : IClassFixture<RegistryProcess>
{
    private static readonly byte[] Shared = new TestTar().File("shared", "s").ToArray();

    [Fact]
    public async Task What_another_image_needs_stays()
    {
        using var store = new Store();
        var (one, two) = (await PullAsync(store, "one", "1"), await PullAsync(store, "two", "2"));
        var withBoth = store.Everything();

        var swept = store.Content.Forget(one.ImageId, new HashSet<string> { two.ImageId });

        swept.Layers.ShouldBe([one.Layers[1].ChainId]);
        swept.FreedBytes.ShouldBeGreaterThan(0);
        store.Content.Images.Find(one.ImageId).ShouldBeNull();
        Directory.Exists(store.Content.Layers.DiffFolder(two.Layers[0].ChainId)).ShouldBeTrue();
        store.Everything().Length.ShouldBeLessThan(withBoth.Length);
        store.Content.Forget(two.ImageId, new HashSet<string>());
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_container_mounts_stays_until_it_is_gone()
    {
        using var store = new Store();
        var image = await PullAsync(store, "mounted", "m");
        store.InUse.ChainIds.UnionWith(image.Layers.Select(l => l.ChainId));

        store.Content.Forget(image.ImageId, new HashSet<string>()).Layers.ShouldBeEmpty();
        File.Exists(Path.Combine(store.Content.Layers.ShortLink(image.Layers[0].ChainId), "shared")).ShouldBeTrue();

        store.InUse.ChainIds.Clear();
        store.Open();
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_to_be_kept_is_kept_whatever_is_asked()
    {
        using var store = new Store();
        var image = await PullAsync(store, "kept", "k");
        var before = store.Everything();
        store.Content.Forget(image.ImageId, new HashSet<string> { image.ImageId });
        store.Everything().ShouldBe(before);
    }

    [Fact]
    public async Task An_image_removed_can_be_pulled_again()
    {
        using var store = new Store();
        var image = await PullAsync(store, "again", "a");
        var before = store.Everything();
        store.Content.Forget(image.ImageId, new HashSet<string>());
        (await store.PullAsync($"{registry.Host}/remove/again:latest")).Layers.ShouldAllBe(l => !l.Existed);
        store.Everything().ShouldBe(before);
    }

    private async Task<Contracts.Orders.StoredImage> PullAsync(Store store, string name, string content)
    {
        await new TestImage([Shared, new TestTar().File("own", content).ToArray()]).PushAsync(registry.Host, "remove/" + name, "latest");
        return await store.PullAsync($"{registry.Host}/remove/{name}:latest");
    }
}
