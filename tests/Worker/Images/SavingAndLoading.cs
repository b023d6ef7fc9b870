using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Archives;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class SavingAndLoading(RegistryProcess registry) : IClassFixture<RegistryProcess>
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_saved_image_comes_back_with_its_digests(bool oci)
    {
        var image = new TestImage([new TestTar().Directory("etc/").File("etc/motd", "hi").ToArray(), new TestTar().File(".wh.gone").ToArray()], oci);
        await image.PushAsync(registry.Host, "save/one", "v1");
        using var from = new Store();
        var pulled = await from.PullAsync($"{registry.Host}/save/one:v1");

        var archive = Save(from, $"{pulled.ImageId}=docker.io/library/one:v1,{registry.Host}/save/one:v1");
        using var to = new Store();
        var loaded = (await LoadAsync(to, TestImage.Gzip(archive))).ShouldHaveSingleItem();

        loaded.Image.ImageId.ShouldBe(pulled.ImageId);
        loaded.Image.ManifestDigest.ShouldBe(pulled.ManifestDigest);
        loaded.Image.Layers.Select(l => l with { Existed = true }).ShouldBe(pulled.Layers.Select(l => l with { Existed = true }));
        loaded.References.ShouldBe([$"{registry.Host}/save/one:v1", "docker.io/library/one:v1"], ignoreOrder: true);
        to.Everything().ShouldBe(from.Everything());
        Save(to, $"{pulled.ImageId}=docker.io/library/one:v1,{registry.Host}/save/one:v1").AsSpan().SequenceEqual(archive).ShouldBeTrue();
    }

    [Fact]
    public async Task Images_that_share_layers_are_saved_with_one_copy()
    {
        var shared = new TestTar().File("shared", "s").ToArray();
        using var store = new Store();
        var ids = new List<string>();
        foreach (var name in (string[])["a", "b"])
        {
            await new TestImage([shared, new TestTar().File(name, name).ToArray()]).PushAsync(registry.Host, "save/" + name, "latest");
            ids.Add((await store.PullAsync($"{registry.Host}/save/{name}:latest")).ImageId);
        }
        var archive = Save(store, [.. ids]);
        Members(archive).Count(n => n.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ShouldBe(1 + 2 + 2 + 2);
        using var to = new Store();
        (await LoadAsync(to, archive)).Select(l => l.Image.ImageId).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task An_archive_of_an_old_docker_is_loaded()
    {
        var layer = new TestTar().File("bin/sh", "shell").ToArray();
        var image = new TestImage([layer, layer]);
        var archive = Archive(
            ("aaa/layer.tar", layer), ($"{Digest.HexOf(image.Id)}.json", image.Config),
            ("manifest.json", JsonSerializer.SerializeToUtf8Bytes(new JsonArray(new JsonObject
            {
                ["Config"] = $"{Digest.HexOf(image.Id)}.json",
                ["RepoTags"] = new JsonArray("old:1"),
                ["Layers"] = new JsonArray("aaa/layer.tar", "bbb/layer.tar"),
            }))));
        using var store = new Store();

        var loaded = (await LoadAsync(store, archive)).ShouldHaveSingleItem();

        loaded.References.ShouldBe(["docker.io/library/old:1"]);
        loaded.Image.ImageId.ShouldBe(image.Id);
        loaded.Image.ManifestMediaType.ShouldBe(RegistryManifest.DockerManifest);
        loaded.Image.Layers.Select(l => (l.Digest, l.MediaType)).ShouldAllBe(l => l.Digest == Digest.Of(layer) && l.MediaType == "application/vnd.docker.image.rootfs.diff.tar");
        store.Progress.All.ShouldContain(l => l.Contains("Pull complete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_archive_leaves_nothing()
    {
        var (good, other) = (new TestImage([new TestTar().File("x", "1").ToArray()]), new TestImage([new TestTar().File("x", "2").ToArray()]));
        byte[] Docker(byte[] config, byte[]? layer, string name = "x:1") => Archive([
            ("config.json", config), .. layer is null ? [] : ((string, byte[])[])[("layer.tar", layer)],
            ("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{name}}"],"Layers":["layer.tar"]}]"""))]);

        await RefusedAsync<BlobException>(Docker(good.Config, other.Tars[0]), "but the image's config says");
        await RefusedAsync<InvalidImageException>(Docker(good.Config, null), "layer layer.tar is missing");
        await RefusedAsync<InvalidImageException>(Docker("{"u8.ToArray(), good.Tars[0]), "config is broken");
        await RefusedAsync<InvalidImageException>(Docker(good.Config, good.Tars[0], "Not A Name"), "invalid reference format");
        await RefusedAsync<InvalidImageException>(Archive(("readme", "hello"u8.ToArray())), "holds no image");
        await RefusedAsync<TarException>(Docker(good.Config, good.Tars[0])[..1500], "ends in the middle");
        await RefusedAsync<TarException>(new TestTar().File("../../manifest.json", "[]").ToArray(), "leads out of the archive's root");
        await RefusedAsync<TarException>(new TestTar().Claiming("big", 1L << 42), "claims more than");
        await RefusedAsync<TarException>("no archive at all, but long enough for a header"u8.ToArray().Concat(new byte[1000]).ToArray(), "not a tar archive");
    }

    [Fact]
    public async Task Of_two_images_one_broken_neither_is_loaded()
    {
        var (good, bad) = (new TestImage([new TestTar().File("x", "1").ToArray()]), new TestImage([new TestTar().File("x", "2").ToArray()]));
        await RefusedAsync<BlobException>(Archive(
            ("good.json", good.Config), ("bad.json", bad.Config), ("1.tar", good.Tars[0]), ("2.tar", new TestTar().File("x", "other").ToArray()),
            ("manifest.json", """[{"Config":"good.json","Layers":["1.tar"]},{"Config":"bad.json","Layers":["2.tar"]}]"""u8.ToArray())), "but the image's config says");
    }

    [Fact]
    public async Task A_blob_that_is_not_what_its_name_says_is_refused()
    {
        var image = new TestImage([new TestTar().File("x", "1").ToArray()], oci: true);
        await image.PushAsync(registry.Host, "save/forged", "v1");
        using var from = new Store();
        var id = (await from.PullAsync($"{registry.Host}/save/forged:v1")).ImageId;
        var archive = Save(from, id);
        var at = archive.AsSpan().IndexOf(image.Blobs[0]);
        archive[at + image.Blobs[0].Length - 1] ^= 1;
        await RefusedAsync<BlobException>(archive, "has digest");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Of_an_archive_for_several_platforms_the_hosts_own_is_loaded_or_the_one_asked_for(bool inAnIndex)
    {
        var (host, other) = (ForPlatform(Platform.Host.Architecture), ForPlatform("s390x"));
        JsonObject[] entries = [Entry(other, "s390x"), Entry(host, Platform.Host.Architecture), Attestation()];
        var index = JsonSerializer.SerializeToUtf8Bytes(Index(entries));
        var archive = inAnIndex
            ? Layout([Named(TestImage.Descriptor(RegistryManifest.OciIndex, index))], [index, .. BlobsOf(host), .. BlobsOf(other)])
            : Layout([.. entries.Select(Named)], [.. BlobsOf(host), .. BlobsOf(other), "{}"u8.ToArray()]);

        foreach (var (platform, id) in (IEnumerable<(string?, string)>)[(null, host.Id), (Platform.Host.ToString(), host.Id), ("linux/s390x", other.Id)])
        {
            using var store = new Store();
            var loaded = (await LoadAsync(store, archive, platform)).ShouldHaveSingleItem();
            (loaded.Image.ImageId, loaded.References.Single()).ShouldBe((id, "docker.io/library/many:1"));
        }
        await RefusedAsync<InvalidImageException>(archive, "requested platform(s) ([linux/ppc64le]) not found", "linux/ppc64le");
    }

    [Fact]
    public async Task A_name_that_the_layout_gives_stays_with_the_hosts_own_image()
    {
        // As an engine on another architecture saves an image for several: manifest.json knows the one that it would run.
        var (host, other) = (ForPlatform(Platform.Host.Architecture), ForPlatform("s390x"));
        var index = JsonSerializer.SerializeToUtf8Bytes(Index([Entry(other, "s390x"), Entry(host, Platform.Host.Architecture)]));
        string Blob(byte[] blob) => "blobs/sha256/" + Digest.HexOf(Digest.Of(blob));
        var docker = JsonSerializer.SerializeToUtf8Bytes(new JsonArray(new JsonObject
        {
            ["Config"] = Blob(other.Config),
            ["RepoTags"] = new JsonArray("many:1"),
            ["Layers"] = new JsonArray([.. other.Blobs.Select(b => (JsonNode)Blob(b))]),
        }));
        var archive = Layout(
            [Named(TestImage.Descriptor(RegistryManifest.OciIndex, index))], [index, .. BlobsOf(host), .. BlobsOf(other)], ("manifest.json", docker));
        using var store = new Store();
        (await LoadAsync(store, archive)).ShouldHaveSingleItem().Image.ImageId.ShouldBe(host.Id);
    }

    [Fact]
    public async Task An_archive_of_one_image_is_loaded_whatever_it_is_for_unless_another_platform_is_asked_for()
    {
        var image = ForPlatform("s390x");
        var archive = Layout([Named(Entry(image, "s390x"))], BlobsOf(image));
        using var store = new Store();
        (await LoadAsync(store, archive)).ShouldHaveSingleItem().Image.ImageId.ShouldBe(image.Id);
        await RefusedAsync<InvalidImageException>(archive, $"requested platform(s) ([{Platform.Host}]) not found", Platform.Host.ToString());
    }

    [Fact]
    public async Task An_artifact_in_an_archive_is_refused()
    {
        var image = ForPlatform(Platform.Host.Architecture);
        var manifest = JsonNode.Parse(image.Manifest)!;
        manifest["config"]!["mediaType"] = "application/vnd.cncf.helm.config.v1+json";
        image.Manifest = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        await RefusedAsync<RegistryException>(
            Layout([Named(TestImage.Descriptor(RegistryManifest.OciManifest, image.Manifest))], BlobsOf(image)), "unsupported media type application/vnd.cncf.helm.config.v1+json");
    }

    private static TestImage ForPlatform(string architecture) => new([new TestTar().File("for", architecture).ToArray()], oci: true, architecture: architecture);

    private static byte[][] BlobsOf(TestImage image) => [image.Manifest, image.Config, .. image.Blobs];

    private static JsonObject Entry(TestImage image, string architecture)
    {
        var entry = TestImage.Descriptor(RegistryManifest.OciManifest, image.Manifest);
        entry["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture };
        return entry;
    }

    // What a build says of how it came about; no image.
    private static JsonObject Attestation()
    {
        var entry = TestImage.Descriptor(RegistryManifest.OciManifest, "{}"u8.ToArray());
        entry["platform"] = new JsonObject { ["os"] = "unknown", ["architecture"] = "unknown" };
        return entry;
    }

    private static JsonObject Named(JsonObject entry)
    {
        var named = entry.DeepClone().AsObject();
        named["annotations"] = new JsonObject { ["io.containerd.image.name"] = "docker.io/library/many:1" };
        return named;
    }

    private static JsonObject Index(IEnumerable<JsonObject> entries) =>
        new() { ["schemaVersion"] = 2, ["mediaType"] = RegistryManifest.OciIndex, ["manifests"] = new JsonArray([.. entries.Select(e => (JsonNode)e.DeepClone())]) };

    private static byte[] Layout(IEnumerable<JsonObject> entries, byte[][] blobs, params (string Name, byte[] Content)[] more) => Archive([
        ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), ("index.json", JsonSerializer.SerializeToUtf8Bytes(Index(entries))),
        .. blobs.Select(b => ("blobs/sha256/" + Digest.HexOf(Digest.Of(b)), b)), .. more]);

    private static async Task RefusedAsync<T>(byte[] archive, string why, string? platform = null) where T : Exception
    {
        using var store = new Store();
        (await Should.ThrowAsync<T>(() => LoadAsync(store, archive, platform))).Message.ShouldContain(why);
        store.Everything().ShouldBeEmpty();
    }

    private static byte[] Save(Store store, params string[] queries)
    {
        var saver = new ImageSaver(store.Content);
        using var archive = new MemoryStream();
        saver.Save([.. queries.Select(saver.Find)], archive, CancellationToken.None);
        return archive.ToArray();
    }

    private static Task<ImageLoadedReport[]> LoadAsync(Store store, byte[] archive, string? platform = null) =>
        new ImageLoader(store.Content, store.Intake, TimeProvider.System).LoadAsync(
            new MemoryStream(archive), platform is null ? null : Platform.Parse(platform), store.Progress, CancellationToken.None);

    private static byte[] Archive(params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        var tar = new TarWriter(bytes);
        foreach (var (name, content) in files)
        {
            tar.Begin(new TarEntry { Name = Encoding.UTF8.GetBytes(name), Kind = TarKind.File, Mode = 0x1a4, Size = content.Length });
            tar.Content(content);
        }
        // How docker save once said that two layers are the same.
        tar.Begin(new TarEntry { Name = "bbb/layer.tar"u8.ToArray(), LinkName = "../aaa/layer.tar"u8.ToArray(), Kind = TarKind.Symlink, Mode = 0x1ff });
        tar.End();
        return bytes.ToArray();
    }

    private static List<string> Members(byte[] archive)
    {
        var names = new List<string>();
        var tar = new TarReader(new MemoryStream(archive), TarLimits.Default);
        while (tar.Next() is { } entry)
        {
            if (entry.Kind == TarKind.File)
                names.Add(Encoding.UTF8.GetString(entry.Name));
        }
        return names;
    }
}
