using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Archives;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class ImportingAnArchive
{
    private const string Template = """{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"history":[{"comment":"c"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<ImageLoadedReport> ImportAsync(Store store, byte[] archive, string template = Template) =>
        new ImageImporter(store.Content, store.Intake, TimeProvider.System).ImportAsync(
            new ArchiveImport("c1", "docker.io/library/imported:latest", template), new MemoryStream(archive), Cancellation);

    [Fact]
    public async Task The_files_are_its_layer_bit_by_bit()
    {
        using var store = new Store();
        var tar = new TestTar().File("etc/motd", "hello").ToArray();

        var report = await ImportAsync(store, tar);

        report.References.ShouldBe(["docker.io/library/imported:latest"]);
        var layer = report.Image.Layers.Single();
        (layer.DiffId, layer.ChainId).ShouldBe((Digest.Of(tar), Digest.Of(tar)));
        ImageConfig.Read(Encoding.UTF8.GetBytes(report.Image.ConfigJson)).DiffIds.ShouldBe([layer.DiffId]);
        (await File.ReadAllTextAsync(Path.Combine(store.Content.Layers.DiffFolder(layer.ChainId), "etc/motd"), Cancellation)).ShouldBe("hello");
        store.Content.Images.Find(report.Image.ImageId).ShouldNotBeNull().ManifestDigest.ShouldBe(report.Image.ManifestDigest);
    }

    public static TheoryData<string, byte[]> Hostile() => new()
    {
        { "nothing", [] },
        { "no tar", Encoding.UTF8.GetBytes(new string('x', 4096)) },
        { "cut short", new TestTar().File("a", new string('a', 4000)).ToArray()[..1024] },
        { "bzip2", "BZh91AY&SY"u8.ToArray() },
        { "a path that climbs", new TestTar().File("../../../../escaped", "x").ToArray() },
        { "a template without layers", new TestTar().File("a", "b").ToArray() },
    };

    [Theory, MemberData(nameof(Hostile))]
    public async Task What_is_none_is_refused_and_leaves_nothing(string what, byte[] archive)
    {
        using var store = new Store();

        var template = what.StartsWith("a template", StringComparison.Ordinal) ? "{}" : Template;
        (await Should.ThrowAsync<Exception>(() => ImportAsync(store, archive, template))).ShouldBeAssignableTo(what == "a template without layers" ? typeof(InvalidImageException) : typeof(TarException));

        store.Everything().ShouldBeEmpty();
    }
}
