using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>What was pulled from an index: the index stays, nothing of other platforms comes.</summary>
public sealed class KeepingIndexes(RegistryProcess registry) : IClassFixture<RegistryProcess>
{
    private static TestImage Image(string mark, string architecture) => new([new TestTar().File("mark", mark).ToArray()], oci: true, architecture: architecture);

    private static bool Has(Store store, string digest) => File.Exists(store.Path_("blobs/sha256", Digest.HexOf(digest)));

    [Theory, InlineData(RegistryManifest.DockerList), InlineData(RegistryManifest.OciIndex)]
    public async Task It_stays_as_long_as_the_image(string mediaType)
    {
        var (amd, arm) = (Image(mediaType, "amd64"), Image(mediaType, "arm64"));
        await TestImage.PushIndexAsync(registry.Host, "indexes/kept", "many", mediaType, (amd, "amd64"), (arm, "arm64"));
        using var store = new Store();

        var image = await store.PullAsync($"{registry.Host}/indexes/kept:many", "linux/arm64");

        image.ImageId.ShouldBe(arm.Id);
        foreach (var digest in (string[])[image.IndexDigest!, Digest.Of(arm.Manifest)])
            Has(store, digest).ShouldBeTrue();
        foreach (var blob in (byte[][])[amd.Manifest, amd.Config])
            Has(store, Digest.Of(blob)).ShouldBeFalse();
        store.Open();
        Has(store, image.IndexDigest!).ShouldBeTrue();
        store.Content.Forget(image.ImageId, new HashSet<string>());
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_pull_of_the_image_takes_none_away()
    {
        var (amd, arm) = (Image("twice", "amd64"), Image("twice", "arm64"));
        await TestImage.PushIndexAsync(registry.Host, "indexes/twice", "both", RegistryManifest.OciIndex, (amd, "amd64"), (arm, "arm64"));
        await TestImage.PushIndexAsync(registry.Host, "indexes/twice", "one", RegistryManifest.OciIndex, (amd, "amd64"));
        using var store = new Store();

        var first = await store.PullAsync($"{registry.Host}/indexes/twice:both", "linux/amd64");
        await store.PullAsync($"{registry.Host}/indexes/twice@{Digest.Of(amd.Manifest)}");
        var third = await store.PullAsync($"{registry.Host}/indexes/twice:one", "linux/amd64");
        await store.PullAsync($"{registry.Host}/indexes/twice:both", "linux/amd64");

        third.IndexDigest.ShouldNotBe(first.IndexDigest);
        store.Open();
        foreach (var digest in (string[])[first.IndexDigest!, third.IndexDigest!])
            Has(store, digest).ShouldBeTrue();
        store.Content.Forget(amd.Id, new HashSet<string>());
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_push_sends_the_manifest_that_is_here()
    {
        var (amd, arm) = (Image("pushed", "amd64"), Image("pushed", "arm64"));
        await TestImage.PushIndexAsync(registry.Host, "indexes/from", "many", RegistryManifest.OciIndex, (amd, "amd64"), (arm, "arm64"));
        using var store = new Store();
        var image = await store.PullAsync($"{registry.Host}/indexes/from:many", "linux/arm64");

        (await store.PushAsync($"{registry.Host}/indexes/to:one", image)).ManifestDigest.ShouldBe(Digest.Of(arm.Manifest));

        using var other = new Store();
        var again = await other.PullAsync($"{registry.Host}/indexes/to:one");
        (again.ImageId, again.IndexDigest).ShouldBe((arm.Id, null));
    }

    [Fact]
    public async Task What_was_kept_tells_of_a_digest_whose_registry_is_away()
    {
        var away = new RegistryProcess();
        await away.InitializeAsync();
        using var store = new Store();
        string host = away.Host, index, manifest;
        try
        {
            var (amd, arm) = (Image("away", "amd64"), Image("away", "arm64"));
            await TestImage.PushIndexAsync(host, "indexes/away", "many", RegistryManifest.OciIndex, (amd, "amd64"), (arm, "arm64"));
            index = (await store.PullAsync($"{host}/indexes/away:many", "linux/arm64")).IndexDigest!;
            manifest = Digest.Of(arm.Manifest);
        }
        finally
        {
            await away.DisposeAsync();
        }

        (await InspectAsync(store, $"{host}/indexes/away@{index}", isKnown: true)).ShouldSatisfyAllConditions(
            i => (i.MediaType, i.Digest).ShouldBe((RegistryManifest.OciIndex, index)),
            i => i.Platforms.Select(p => p.Architecture).ShouldBe(["amd64", "arm64"]));
        (await InspectAsync(store, $"{host}/indexes/away@{manifest}", isKnown: true)).Platforms.ShouldBe([new ImageInRegistryPlatform("arm64", "linux", null)]);
        foreach (var (name, isKnown) in (IEnumerable<(string, bool)>)[($"@{index}", false), (":many", true), ("@sha256:" + new string('0', 64), true)])
            (await Should.ThrowAsync<RegistryException>(() => InspectAsync(store, $"{host}/indexes/away{name}", isKnown))).Message.ShouldContain("cannot be reached");
    }

    private static Task<ImageInRegistry> InspectAsync(Store store, string reference, bool isKnown) =>
        store.Lookup.InspectAsync(ImageName.TryParse(reference)!, isKnown, null, CancellationToken.None);
}
