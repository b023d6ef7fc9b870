using System.Text;
using Microsoft.AspNetCore.Http;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>Whatever a registry sends, a try that fails leaves nothing in the store.</summary>
public sealed class RegistriesThatMisbehave
{
    private static readonly byte[] Noise = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * i >> 7))];

    private readonly TestImage _image = new([new TestTar().File("a", Convert.ToBase64String(Noise)).ToArray(), new TestTar().File("b", "two").ToArray()]);

    [Fact]
    public async Task A_layer_with_other_content_of_the_same_size_is_refused()
    {
        var other = (byte[])_image.Blobs[0].Clone();
        other[^20] ^= 1;
        (await FailsAsync<BlobException>(c => Blob(c, 0), c => c.Response.Body.WriteAsync(other).AsTask())).ShouldContain("was sent with other content");
    }

    [Fact]
    public async Task A_layer_that_always_ends_early_is_given_up()
    {
        (await FailsAsync<RegistryException>(c => Blob(c, 0), async c =>
        {
            if (c.Request.Headers.Range.Count == 0)
                await c.Response.Body.WriteAsync(_image.Blobs[0].AsMemory(0, 1000));
            await c.Response.Body.FlushAsync();
        })).ShouldContain($"sent 1000 of {_image.Blobs[0].Length} bytes");
    }

    [Fact]
    public async Task A_download_that_breaks_is_taken_up_where_it_broke()
    {
        var breaks = 0;
        await using var registry = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (!Blob(c, 0) || breaks++ >= 2)
                return false;
            var from = c.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0;
            c.Response.StatusCode = from > 0 ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
            if (from > 0)
                c.Response.Headers.ContentRange = $"bytes {from}-{_image.Blobs[0].Length - 1}/{_image.Blobs[0].Length}";
            await c.Response.Body.WriteAsync(_image.Blobs[0].AsMemory((int)from, 5000));
            return true;
        });
        using var store = new Store();
        // The third answer does not know ranges and begins anew: what is there already is passed over.
        (await store.PullAsync($"{registry.Host}/x:latest")).ImageId.ShouldBe(_image.Id);
        breaks.ShouldBe(3);
    }

    [Fact]
    public async Task A_registry_that_resets_connections_now_and_then_is_asked_again()
    {
        var resets = 0;
        await using var registry = await FakeRegistry.StartAsync(_image, c =>
        {
            if (!Blob(c, 0) || resets++ >= 2)
                return false;
            c.Abort();
            return true;
        });
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/x:latest")).ImageId.ShouldBe(_image.Id);
    }

    [Fact]
    public async Task A_size_other_than_the_manifests_is_refused_before_a_byte_is_read() =>
        (await FailsAsync<BlobException>(c => Blob(c, 0), async c =>
        {
            c.Response.ContentLength = 10L << 30;
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        })).ShouldContain("10737418240 bytes where its manifest says");

    [Fact]
    public async Task A_body_without_end_is_cut_off_at_the_size_of_the_manifest()
    {
        var cutOff = new TaskCompletionSource();
        (await FailsAsync<BlobException>(c => Blob(c, 1), async c =>
        {
            c.RequestAborted.Register(cutOff.SetResult);
            for (var zeros = new byte[64 * 1024]; !cutOff.Task.IsCompleted;)
                await c.Response.Body.WriteAsync(zeros);
        })).ShouldContain("is larger than the");
        await cutOff.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused_before_a_layer_is_asked_for()
    {
        _image.Manifest = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_image.Manifest).Replace($"\"size\":{_image.Blobs[0].Length}", "\"size\":9000000000000000", StringComparison.Ordinal));
        await using var registry = await FakeRegistry.StartAsync(_image, static _ => false);
        using var store = new Store();
        (await Should.ThrowAsync<InvalidImageException>(() => store.PullAsync($"{registry.Host}/x:latest"))).Message.ShouldContain("claims more bytes than this host has free");
        registry.Requests.ShouldNotContain(r => r.Path.EndsWith(Digest.Of(_image.Blobs[0]), StringComparison.Ordinal));
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_other_than_the_one_asked_for_by_digest_is_refused()
    {
        await using var registry = await FakeRegistry.StartAsync(_image, static _ => false);
        using var store = new Store();
        var asked = "sha256:" + new string('0', 64);
        (await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{registry.Host}/x@{asked}"))).Message.ShouldContain($"where {asked} was asked for");
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_whose_digest_the_registry_misstates_is_refused() =>
        (await FailsAsync<RegistryException>(FakeRegistry.IsManifest, async c =>
        {
            c.Response.Headers["Docker-Content-Digest"] = "sha256:" + new string('1', 64);
            c.Response.ContentType = _image.MediaType;
            await c.Response.Body.WriteAsync(_image.Manifest);
        })).ShouldContain("claims digest sha256:1111");

    [Fact]
    public async Task A_manifest_sent_as_another_type_than_it_says_is_refused() =>
        (await FailsAsync<RegistryException>(FakeRegistry.IsManifest, async c =>
        {
            c.Response.ContentType = RegistryManifest.OciIndex;
            await c.Response.Body.WriteAsync(_image.Manifest);
        })).ShouldContain("but was sent as");

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""", "an index and an image at once")]
    [InlineData("""{"schemaVersion":2,"layers":[],"layers":[]}""", "not valid JSON")]
    [InlineData("""{"schemaVersion":1,"layers":[]}""", "schema version 1")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1},"layers":[]}""", "an artifact and no container image")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:../../../etc","size":1},"layers":[]}""", "is not sha256")]
    [InlineData("[]", "no JSON object")]
    public async Task A_manifest_that_makes_no_sense_is_refused(string manifest, string why) =>
        (await FailsAsync<RegistryException>(FakeRegistry.IsManifest, c => c.Response.WriteAsync(manifest))).ShouldContain(why);

    [Fact]
    public async Task A_manifest_or_config_of_many_megabytes_is_refused() =>
        (await FailsAsync<RegistryException>(FakeRegistry.IsManifest, async c => await c.Response.Body.WriteAsync(new byte[5 << 20]))).ShouldContain("is larger than 4194304 bytes");

    [Fact]
    public async Task A_config_that_names_another_diff_id_is_refused()
    {
        var lie = new TestImage([new TestTar().File("x", "1").ToArray()]);
        var image = new TestImage([new TestTar().File("x", "2").ToArray()]);
        image.Manifest = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(image.Manifest).Replace(image.Id, lie.Id, StringComparison.Ordinal).Replace($"\"size\":{image.Config.Length}", $"\"size\":{lie.Config.Length}", StringComparison.Ordinal));
        await using var registry = await FakeRegistry.StartAsync(image, async c =>
        {
            if (FakeRegistry.IsBlob(c, lie.Config))
                await c.Response.Body.WriteAsync(lie.Config);
            return FakeRegistry.IsBlob(c, lie.Config);
        });
        using var store = new Store();
        (await Should.ThrowAsync<BlobException>(() => store.PullAsync($"{registry.Host}/x:latest"))).Message.ShouldContain("but the image's config says");
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_layer_that_leads_out_of_its_folder_leaves_nothing()
    {
        var image = new TestImage([new TestTar().File("good", "x").ToArray(), new TestTar().File("../../../../bad", "x").ToArray()]);
        await using var registry = await FakeRegistry.StartAsync(image, static _ => false);
        using var store = new Store();
        (await Should.ThrowAsync<TarException>(() => store.PullAsync($"{registry.Host}/x:latest"))).Message.ShouldContain("leads out of the archive's root");
        store.Everything().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pull_that_is_cancelled_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await using var registry = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (!Blob(c, 0))
                return false;
            c.Response.ContentLength = _image.Blobs[0].Length;
            await c.Response.Body.WriteAsync(_image.Blobs[0].AsMemory(0, 1000));
            await c.Response.Body.FlushAsync();
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return true;
        });
        using var store = new Store();
        await Should.ThrowAsync<OperationCanceledException>(() => store.Puller.PullAsync(ImageName.TryParse($"{registry.Host}/x:latest")!, null, null, null, store.Progress, cancelled.Token));
        store.Everything().ShouldBeEmpty();
    }

    private bool Blob(HttpContext context, int layer) => FakeRegistry.IsBlob(context, _image.Blobs[layer]);

    private async Task<string> FailsAsync<T>(Func<HttpContext, bool> where, Func<HttpContext, Task> how) where T : Exception
    {
        await using var registry = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (!where(c))
                return false;
            await how(c);
            return true;
        });
        using var store = new Store();
        var error = await Should.ThrowAsync<T>(() => store.PullAsync($"{registry.Host}/x:latest"));
        store.Everything().ShouldBeEmpty();
        return error.Message;
    }
}
