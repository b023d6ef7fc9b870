using System.Text;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class PullingAnImage(RegistryProcess registry) : IClassFixture<RegistryProcess>
{
    private static TestImage Image(bool oci = false, string mark = "", string architecture = "amd64") => new(
        [
            new TestTar().Directory("bin/").File("bin/sh", "shell" + mark, 0x1ed).File("etc/passwd", "root:x:0:0").ToArray(),
            new TestTar().File("etc/motd", "hello").File("bin/.wh.old").ToArray(),
        ], oci, architecture: architecture);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Its_content_is_stored_and_unpacked_as_the_manifest_says(bool oci)
    {
        var image = Image(oci, $"{oci}");
        await image.PushAsync(registry.Host, "test/plain", "one");
        using var store = new Store();

        var stored = await store.PullAsync($"{registry.Host}/test/plain:one");

        stored.ImageId.ShouldBe(image.Id);
        stored.ManifestDigest.ShouldBe(Digest.Of(image.Manifest));
        stored.ManifestMediaType.ShouldBe(image.MediaType);
        stored.IndexDigest.ShouldBeNull();
        stored.ConfigJson.ShouldBe(Encoding.UTF8.GetString(image.Config));
        stored.Layers.Select(l => l.Digest).ShouldBe(image.Blobs.Select(b => Digest.Of(b)));
        stored.Layers.Select(l => l.DiffId).ShouldBe(image.Tars.Select(t => Digest.Of(t)));
        stored.Layers.ShouldAllBe(l => !l.Existed);
        File.ReadAllText(Path.Combine(store.Content.Layers.ShortLink(stored.Layers[0].ChainId), "bin/sh")).ShouldBe($"shell{oci}");
        foreach (var blob in (byte[][])[.. image.Blobs, image.Config, image.Manifest])
            File.ReadAllBytes(store.Path_("blobs/sha256", Digest.HexOf(Digest.Of(blob)))).ShouldBe(blob);
        Directory.GetFileSystemEntries(store.Path_("ingest")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Progress_is_told_in_the_words_of_docker()
    {
        var image = Image(mark: "progress");
        await image.PushAsync(registry.Host, "test/progress", "latest");
        using var store = new Store();
        await store.PullAsync($"{registry.Host}/test/progress:latest");
        var id = Digest.Short(Digest.Of(image.Blobs[0]));

        store.Progress.All[0].ShouldBe("""{"status":"Pulling from test/progress","id":"latest"}""");
        store.Progress.All.ShouldContain($$"""{"status":"Pulling fs layer","progressDetail":{},"id":"{{id}}"}""");
        store.Progress.All.ShouldContain($$"""{"status":"Download complete","progressDetail":{},"id":"{{id}}"}""");
        store.Progress.All.ShouldContain($$"""{"status":"Pull complete","progressDetail":{},"id":"{{id}}"}""");
        store.Progress.All[^2].ShouldBe($$"""{"status":"Digest: {{Digest.Of(image.Manifest)}}"}""");
        store.Progress.All[^1].ShouldBe($$"""{"status":"Status: Downloaded newer image for {{registry.Host}}/test/progress:latest"}""");
    }

    [Fact]
    public async Task A_second_pull_fetches_no_layer_again()
    {
        await Image(mark: "twice").PushAsync(registry.Host, "test/twice", "latest");
        using var store = new Store();
        var first = await store.PullAsync($"{registry.Host}/test/twice:latest");
        var before = store.Everything();

        var again = await store.PullAsync($"{registry.Host}/test/twice:latest", pointsTo: first.ImageId);

        again.Layers.ShouldAllBe(l => l.Existed);
        store.Everything().ShouldBe(before);
        store.Progress.All[^1].ShouldContain("Image is up to date for");
    }

    [Theory, InlineData(RegistryManifest.DockerList), InlineData(RegistryManifest.OciIndex)]
    public async Task Of_an_index_the_platform_asked_for_is_taken(string mediaType)
    {
        var (amd, arm) = (Image(true, "amd"), Image(true, "arm", "arm64"));
        await TestImage.PushIndexAsync(registry.Host, "test/index", "many", mediaType, (amd, "amd64"), (arm, "arm64"));
        using var store = new Store();

        (await store.PullAsync($"{registry.Host}/test/index:many", "linux/arm64")).ImageId.ShouldBe(arm.Id);
        var host = await store.PullAsync($"{registry.Host}/test/index:many");
        host.ImageId.ShouldBe(Platform.Host.Architecture == "arm64" ? arm.Id : amd.Id);
        host.IndexDigest.ShouldNotBeNull();
        (await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{registry.Host}/test/index:many", "linux/s390x")))
            .Message.ShouldStartWith("no matching manifest for linux/s390x in the manifest list entries");
    }

    [Fact]
    public async Task A_manifest_can_be_asked_for_by_digest()
    {
        var image = Image(mark: "by digest");
        await image.PushAsync(registry.Host, "test/digest", "x");
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/test/digest@{Digest.Of(image.Manifest)}")).ImageId.ShouldBe(image.Id);
    }

    [Fact]
    public async Task Layers_compressed_with_zstd_or_not_at_all_are_read()
    {
        foreach (var (name, compress) in ((string, Func<byte[], byte[]>)[])[("plain", t => t), ("zstd", t => new ZstdSharp.Compressor(3).Wrap(t).ToArray())])
        {
            var image = new TestImage([new TestTar().File("a", name).ToArray()], oci: true, compress, layerType: "application/vnd.oci.image.layer.v1.tar+zstd");
            await image.PushAsync(registry.Host, "test/" + name, "latest");
            using var store = new Store();
            var stored = await store.PullAsync($"{registry.Host}/test/{name}:latest");
            File.ReadAllText(Path.Combine(store.Content.Layers.DiffFolder(stored.Layers[0].ChainId), "a")).ShouldBe(name);
        }
    }

    [Fact]
    public async Task Pulls_of_one_image_at_a_time_share_the_work()
    {
        await Image(mark: "shared").PushAsync(registry.Host, "test/shared", "latest");
        using var store = new Store();
        var images = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => store.PullAsync($"{registry.Host}/test/shared:latest")));

        images.SelectMany(i => i.Layers).Count(l => !l.Existed).ShouldBe(2);
        Directory.GetDirectories(store.Path_("layers")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_told_as_docker_tells_it()
    {
        using var store = new Store();
        (await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{registry.Host}/test/none:latest")))
            .Message.ShouldBe($"manifest for {registry.Host}/test/none:latest not found: manifest unknown: manifest unknown");
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registry_that_is_down_is_named_with_what_to_do()
    {
        using var store = new Store();
        var host = $"127.0.0.1:{RegistryProcess.FreePort()}";
        (await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{host}/busybox:latest")))
            .Message.ShouldBe($"registry {host} cannot be reached: connection refused; is it running, and is the port right?");
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_restarted_worker_knows_its_images_and_drops_what_was_in_the_making()
    {
        var image = Image(mark: "restart");
        await image.PushAsync(registry.Host, "test/restart", "latest");
        using var store = new Store();
        var stored = await store.PullAsync($"{registry.Host}/test/restart:latest");
        var before = store.Everything();
        Directory.CreateDirectory(store.Path_("ingest/layer-half/diff/bin"));
        File.WriteAllText(store.Path_("blobs/sha256", new string('a', 64)), "of a pull that was cut off");

        store.Open();

        store.Content.Images.Find(stored.ImageId)!.ConfigJson.ShouldBe(stored.ConfigJson);
        store.Everything().ShouldBe(before);
    }
}
