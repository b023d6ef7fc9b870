using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Tests.Images;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Copying;

/// <summary>A removal that is asked how much it frees, of containers that have been copied into and never started.</summary>
public sealed class CountingWhatIsRemoved
{
    private static readonly TestImage Image = new([new TestTar().Directory("./").File("below", "of the image").ToArray()]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData("overlay2"), InlineData("vfs")]
    public async Task What_was_copied_in_is_counted(string driver)
    {
        await using var host = await WorkerHost.StartAsync($$"""{ "storage-driver": "{{driver}}" }""");
        var container = await CopiedIntoAsync(host);
        File.Exists(host.Paths(container).State).ShouldBeFalse();
        (await FreedAsync(host, container, Image.Id)).ShouldBe(5);
    }

    [Theory, InlineData("overlay2", 5L), InlineData("vfs", null)]
    public async Task Without_an_image_it_is_counted_where_the_driver_needs_none(string driver, long? freed)
    {
        await using var host = await WorkerHost.StartAsync($$"""{ "storage-driver": "{{driver}}" }""");
        var container = await CopiedIntoAsync(host);
        (await host.Server.SendAsync(new RemoveImage("forget", Image.Id, []))).Failure.ShouldBeNull();
        (await FreedAsync(host, container, Image.Id)).ShouldBe(freed);
    }

    [Theory, InlineData("overlay2", 5L), InlineData("vfs", null)]
    public async Task A_journal_that_cannot_be_read_is_in_the_way_of_no_removal(string driver, long? freed)
    {
        await using var host = await WorkerHost.StartAsync($$"""{ "storage-driver": "{{driver}}" }""");
        var container = await CopiedIntoAsync(host);
        await File.WriteAllTextAsync(host.Paths(container).State, "{ broken", Cancellation);
        (await FreedAsync(host, container, Image.Id)).ShouldBe(freed);
    }

    /// <returns>The container's id; five bytes are in it that are not its image's.</returns>
    private static async Task<string> CopiedIntoAsync(WorkerHost host)
    {
        using var http = host.Server.Http();
        using var archive = new ByteArrayContent(new TestTar()
            .Bytes("config.json", Image.Config).Bytes("layer.tar", Image.Tars[0])
            .Bytes("manifest.json", Encoding.UTF8.GetBytes("""[{"Config":"config.json","Layers":["layer.tar"]}]""")).ToArray());
        using var loaded = await http.PostAsync($"{WorkerStreams.LoadImages}?commandId=load", archive, Cancellation);
        (await loaded.Content.ReadAsStringAsync(Cancellation)).ShouldContain(Image.Id);

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        using var files = new ByteArrayContent(new TestTar().File("mine", "12345").ToArray());
        using var copied = await http.PutAsync($"{WorkerStreams.Archive(id)}?commandId=copy&path=/&image={Image.Id}", files, Cancellation);
        copied.IsSuccessStatusCode.ShouldBeTrue(await copied.Content.ReadAsStringAsync(Cancellation));
        return id;
    }

    private static async Task<long?> FreedAsync(WorkerHost host, string container, string imageId)
    {
        (await host.Server.SendAsync(new RemoveContainer("remove", container, Measure: true, imageId))).Failure.ShouldBeNull();
        Directory.Exists(host.Paths(container).Folder).ShouldBeFalse();
        return host.Server.Reports.OfType<ContainerRemovedReport>().Single(r => r.ContainerId == container).FreedBytes;
    }
}
