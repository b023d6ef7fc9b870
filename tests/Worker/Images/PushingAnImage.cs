using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class PushingAnImage(RegistryProcess registry) : IClassFixture<RegistryProcess>
{
    private static TestImage Image(string mark, bool oci = false) => new(
        [new TestTar().File("etc/base", mark).ToArray(), new TestTar().Bytes("etc/big", RandomNumberGenerator.GetBytes(3 << 20), 0x1a4).ToArray()], oci);

    // What is pushed anywhere came from one registry, so that nobody has it yet.
    private static async Task<StoredImage> PulledAsync(Store store, TestImage image)
    {
        await using var source = await FakeRegistry.StartAsync(image, static _ => false);
        return await store.PullAsync($"{source.Host}/source:latest");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_arrives_is_byte_for_byte_what_was_pulled(bool oci)
    {
        var image = Image($"whole {oci}", oci);
        using var store = new Store();

        var pushed = await store.PushAsync($"{registry.Host}/push/whole:{oci}", await PulledAsync(store, image));

        (pushed.ManifestDigest, pushed.Registry, pushed.Layers, pushed.SentLayers).ShouldBe((Digest.Of(image.Manifest), registry.Host, 2, 2));
        pushed.SentBytes.ShouldBe(image.Blobs.Sum(b => b.Length) + image.Config.Length);
        using var other = new Store();
        var again = await other.PullAsync($"{registry.Host}/push/whole:{oci}");
        (again.ImageId, again.ManifestDigest).ShouldBe((image.Id, Digest.Of(image.Manifest)));
        again.Layers.Select(l => l.Digest).ShouldBe(image.Blobs.Select(b => Digest.Of(b)));
    }

    [Fact]
    public async Task Progress_is_told_in_the_words_of_docker()
    {
        var image = Image("progress");
        using var store = new Store();
        var pulled = await PulledAsync(store, image);
        var before = store.Progress.All.Length;
        await store.PushAsync($"{registry.Host}/push/progress:v1", pulled);
        var (low, high) = (Digest.Short(pulled.Layers[0].DiffId), Digest.Short(pulled.Layers[1].DiffId));
        var lines = store.Progress.All[before..];

        lines[..2].ShouldBe([$$"""{"status":"Preparing","progressDetail":{},"id":"{{high}}"}""", $$"""{"status":"Preparing","progressDetail":{},"id":"{{low}}"}"""]);
        lines.ShouldContain(l => l.Contains("\"status\":\"Pushing\"", StringComparison.Ordinal) && l.Contains(high, StringComparison.Ordinal) && l.Contains("current", StringComparison.Ordinal));
        lines.ShouldContain($$"""{"status":"Pushed","progressDetail":{},"id":"{{low}}"}""");
        lines[^2].ShouldBe($$"""{"status":"v1: digest: {{Digest.Of(image.Manifest)}} size: {{image.Manifest.Length}}"}""");
        var aux = JsonDocument.Parse(lines[^1]).RootElement.GetProperty("aux");
        (aux.GetProperty("Tag").GetString(), aux.GetProperty("Digest").GetString(), aux.GetProperty("Size").GetInt64()).ShouldBe(("v1", Digest.Of(image.Manifest), image.Manifest.Length));
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again_and_another_repositorys_is_taken_from_it()
    {
        using var store = new Store();
        var pulled = await PulledAsync(store, Image("again"));
        await store.PushAsync($"{registry.Host}/push/again:v1", pulled);

        (await store.PushAsync($"{registry.Host}/push/again:v2", pulled)).ShouldBe(
            new ImagePushedReport($"{registry.Host}/push/again:v2", registry.Host, pulled.ImageId, pulled.ManifestDigest, 2, 0, 0, default, default), Same);
        store.Progress.All.ShouldContain(l => l.Contains("Layer already exists", StringComparison.Ordinal));

        var mounted = await store.PushAsync($"{registry.Host}/push/mounted:v1", pulled, pulled.Layers.ToDictionary(l => l.Digest, _ => "push/again"));
        (mounted.SentLayers, mounted.SentBytes).ShouldBe((0, store.Content.Blobs.SizeOf(pulled.ImageId)));
        store.Progress.All.Count(l => l.Contains("Mounted from push/again", StringComparison.Ordinal)).ShouldBe(2);
        using var other = new Store();
        (await other.PullAsync($"{registry.Host}/push/mounted:v1")).ImageId.ShouldBe(pulled.ImageId);
    }

    // Of the times nothing is expected.
    private static readonly IEqualityComparer<ImagePushedReport> Same =
        EqualityComparer<ImagePushedReport>.Create((a, b) => a! with { StartedAt = default, At = default } == b! with { StartedAt = default, At = default });

    [Fact]
    public async Task A_token_is_asked_for_to_push_and_to_read_where_layers_come_from()
    {
        var image = Image("token");
        using var store = new Store();
        var pulled = await PulledAsync(store, image);
        string? scope = null;
        await using var secured = await FakeRegistry.StartAsync(image, async c =>
        {
            if (c.Request.Path == "/token")
            {
                scope = c.Request.Query["scope"].ToString();
                await c.Response.WriteAsync("""{"token":"t0"}""");
                return true;
            }
            if (c.Request.Headers.Authorization == "Bearer t0")
            {
                c.Response.StatusCode = c.Request.Method == "PUT" ? 201 : 200;
                return true;
            }
            c.Response.StatusCode = 401;
            c.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{c.Request.Host}/token\",service=\"s\"";
            return true;
        });

        await store.PushAsync(
            $"{secured.Host}/mine:v1", pulled, new() { [pulled.Layers[0].Digest] = "theirs" }, new RegistryCredentials("me", "secret", null));

        scope.ShouldBe("repository:mine:pull,push,repository:theirs:pull");
    }

    [Theory, InlineData(401), InlineData(404)]
    public async Task A_repository_that_gives_no_layer_does_not_end_the_push(int refused)
    {
        var image = Image($"no mount {refused}");
        using var store = new Store();
        var pulled = await PulledAsync(store, image);
        await using var strict = await FakeRegistry.StartAsync(image, async c =>
        {
            c.Response.StatusCode = c.Request.Method switch
            {
                "HEAD" => 404,
                "POST" when c.Request.Query.ContainsKey("from") => refused,
                "POST" => 202,
                _ => 201,
            };
            c.Response.Headers.Location = "/upload/one";
            await c.Request.Body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
            return true;
        });

        (await store.PushAsync($"{strict.Host}/x:v1", pulled, pulled.Layers.ToDictionary(l => l.Digest, _ => "theirs"))).SentLayers.ShouldBe(2);

        strict.Requests.Count(r => r.Path.StartsWith("/upload/", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        var image = Image("breaks");
        using var store = new Store();
        var pulled = await PulledAsync(store, image);
        var (aborted, taken, refused) = (0, 0, 0);
        await using var flaky = await FakeRegistry.StartAsync(image, async c =>
        {
            switch (c.Request.Method)
            {
                case "HEAD":
                    c.Response.StatusCode = 404;
                    break;
                case "POST" when aborted == 1 && Interlocked.Increment(ref refused) == 1:
                    c.Abort();
                    break;
                case "POST":
                    c.Response.StatusCode = 202;
                    c.Response.Headers.Location = "/upload/one?state=x";
                    break;
                case "PUT" when c.Request.Path == "/upload/one" && Interlocked.Increment(ref aborted) == 1:
                    c.Abort();
                    break;
                case "PUT":
                    if (c.Request.Path == "/upload/one")
                        c.Request.Query["state"].ToString().ShouldBe("x");
                    await c.Request.Body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
                    Interlocked.Increment(ref taken);
                    c.Response.StatusCode = 201;
                    break;
                default:
                    return false;
            }
            return true;
        });

        (await store.PushAsync($"{flaky.Host}/x:v1", pulled)).SentLayers.ShouldBe(2);

        // Two layers, the config and the manifest.
        taken.ShouldBe(4);
        store.Progress.All.ShouldContain(l => l.Contains("Retrying in 1 second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_not_push_is_told_so_and_nothing_is_left_under_the_name()
    {
        var image = Image("denied");
        using var store = new Store();
        var pulled = await PulledAsync(store, image);
        await using var closed = await FakeRegistry.StartAsync(image, c =>
        {
            if (c.Request.Method == "GET")
                return false;
            c.Response.StatusCode = 401;
            return true;
        });

        (await Should.ThrowAsync<RegistryException>(() => store.PushAsync($"{closed.Host}/x:v1", pulled))).Message
            .ShouldBe("denied: requested access to the resource is denied");
        closed.Requests.ShouldNotContain(r => r.Path.Contains("/manifests/", StringComparison.Ordinal));
    }
}
