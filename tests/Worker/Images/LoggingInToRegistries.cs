using Microsoft.AspNetCore.Http;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

public sealed class LoggingInToRegistries
{
    private static readonly RegistryCredentials Me = new("me", "secret", null);
    private static readonly string MyHeader = "Basic " + Convert.ToBase64String("me:secret"u8);

    private readonly TestImage _image = new([new TestTar().File("a", "x").ToArray()]);

    [Fact]
    public async Task Basic_credentials_answer_a_basic_challenge()
    {
        await using var registry = await FakeRegistry.StartAsync(_image, c => Challenge(c, MyHeader, "Basic realm=\"x\""));
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/x:latest", credentials: Me)).ImageId.ShouldBe(_image.Id);
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_this_repository_and_used_for_all_requests()
    {
        await using var registry = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (c.Request.Path == "/token")
            {
                c.Request.Query["scope"].ToString().ShouldBe("repository:some/x:pull");
                c.Request.Query["service"].ToString().ShouldBe("the, service");
                await c.Response.WriteAsync(c.Request.Headers.Authorization == MyHeader ? """{"token":"t0"}""" : "{}");
                return true;
            }
            return Challenge(c, "Bearer t0", $"Bearer realm=\"http://{c.Request.Host}/token\",service=\"the, service\",scope=\"repository:other:push\"");
        });
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/some/x:latest", credentials: Me)).ImageId.ShouldBe(_image.Id);
        registry.Requests.Count(r => r.Path == "/token").ShouldBe(1);
        registry.Requests.ShouldAllBe(r => r.Path == "/token" || r.Authorization != MyHeader);
    }

    [Fact]
    public async Task Credentials_are_checked_without_asking_for_anything()
    {
        await using var basic = await FakeRegistry.StartAsync(_image, c => Challenge(c, MyHeader, "Basic realm=\"x\"", alsoThePing: true));
        await using var token = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (c.Request.Path != "/token")
                return Challenge(c, "Bearer t0", $"Bearer realm=\"http://{c.Request.Host}/token\",service=\"x\"", alsoThePing: true);
            c.Request.Query.ContainsKey("scope").ShouldBeFalse();
            c.Response.StatusCode = c.Request.Headers.Authorization == MyHeader ? 200 : 401;
            await c.Response.WriteAsync("""{"token":"t0"}""");
            return true;
        });
        using var store = new Store();
        foreach (var host in (string[])[basic.Host, token.Host])
        {
            await store.Lookup.CheckAsync(host, Me, CancellationToken.None);
            (await Should.ThrowAsync<RegistryException>(() => store.Lookup.CheckAsync(host, Me with { Password = "other" }, CancellationToken.None))).Kind
                .ShouldBe(FailureKind.Unauthorized);
        }
        (await Should.ThrowAsync<RegistryException>(() => store.Lookup.CheckAsync("a/b", Me, CancellationToken.None))).Message.ShouldBe("\"a/b\" is no registry; write host[:port]");
    }

    [Fact]
    public async Task An_index_is_searched_and_one_that_is_none_is_said_to_be_none()
    {
        await using var registry = await FakeRegistry.StartAsync(_image, async c =>
        {
            if (c.Request.Path != "/v1/search")
                return false;
            (c.Request.Query["q"].ToString(), c.Request.Query["n"].ToString()).ShouldBe(("a&b", "2"));
            await c.Response.WriteAsync("""
                {"results":[{"name":"one","description":"The one","star_count":7,"is_official":true,"is_automated":false},{"name":"two","star_count":"many"},{"name":"three"}]}
                """);
            return true;
        });
        await using var none = await FakeRegistry.StartAsync(_image, static _ => false);
        await using var lying = await FakeRegistry.StartAsync(_image, async c =>
        {
            await c.Response.WriteAsync("""{"results":7}""");
            return true;
        });
        using var store = new Store();
        (await store.Lookup.SearchAsync(registry.Host, "a&b", 2, null, CancellationToken.None)).ShouldBe(
            [new FoundRepository("one", "The one", 7, true, false), new FoundRepository("two", "", 0, false, false)]);
        (await Should.ThrowAsync<RegistryException>(() => store.Lookup.SearchAsync(none.Host, "a", 1, null, CancellationToken.None))).Message
            .ShouldBe($"registry {none.Host} has no index that could be searched");
        (await Should.ThrowAsync<RegistryException>(() => store.Lookup.SearchAsync(lying.Host, "a", 1, null, CancellationToken.None))).Message
            .ShouldStartWith($"registry {lying.Host} answers the search with something else than results");
    }

    [Fact]
    public async Task Without_credentials_a_refusal_reads_as_dockers()
    {
        await using var registry = await FakeRegistry.StartAsync(_image, c => Challenge(c, "nobody", "Basic realm=\"x\""));
        using var store = new Store();
        (await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{registry.Host}/private:latest"))).Message
            .ShouldBe($"pull access denied for {registry.Host}/private, repository does not exist or may require 'docker login': denied: requested access to the resource is denied");
    }

    [Fact]
    public async Task A_redirect_to_another_host_carries_no_credentials()
    {
        await using var elsewhere = await FakeRegistry.StartAsync(_image, static _ => false);
        await using var registry = await FakeRegistry.StartAsync(_image, c =>
        {
            if (Challenge(c, MyHeader, "Basic realm=\"x\""))
                return true;
            if (FakeRegistry.IsManifest(c))
                return false;
            c.Response.Redirect($"http://{elsewhere.Host}{c.Request.Path}", permanent: false, preserveMethod: true);
            return c.Request.Path != "/v2/";
        });
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/x:latest", credentials: Me)).ImageId.ShouldBe(_image.Id);
        elsewhere.Requests.Count.ShouldBe(2);
        elsewhere.Requests.ShouldAllBe(r => r.Authorization.Length == 0);
    }

    [Fact]
    public async Task Mirrors_stand_in_for_docker_hub_in_their_order_and_get_no_credentials()
    {
        await using var mirror = await FakeRegistry.StartAsync(_image, static _ => false);
        using var store = new Store($$"""{ "registry-mirrors": ["http://127.0.0.1:{{RegistryProcess.FreePort()}}", "http://{{mirror.Host}}"] }""");
        var pulled = await store.Puller.PullAsync(ImageName.TryParse("docker.io/library/busybox:latest")!, null, null, Me, store.Progress, CancellationToken.None);
        pulled.Registry.ShouldBe(mirror.Host);
        mirror.Requests.ShouldAllBe(r => r.Authorization.Length == 0);
        pulled.Reference.ShouldBe("docker.io/library/busybox:latest");
        store.Progress.All[^1].ShouldContain("Downloaded newer image for busybox:latest");
    }

    [Theory]
    [InlineData("https://auth.docker.io/token", "https://registry-1.docker.io/", true)]
    [InlineData("https://gitlab.com/jwt/auth", "https://registry.gitlab.com/", true)]
    [InlineData("https://quay.io/v2/auth", "https://quay.io/", true)]
    [InlineData("http://127.0.0.1:5001/auth", "http://127.0.0.1:5000/", true)]
    [InlineData("https://auth.example.co.uk/", "https://registry.example.co.uk/", true)]
    [InlineData("https://evil.co.uk/", "https://example.co.uk/", false)]
    [InlineData("https://evil.com/", "https://registry.example.com/", false)]
    [InlineData("https://registry.example.com.evil.com/", "https://registry.example.com/", false)]
    [InlineData("https://notexample.com/", "https://registry.example.com/", false)]
    [InlineData("http://quay.io/v2/auth", "https://quay.io/", false)]
    [InlineData("https://127.0.0.2/", "https://127.0.0.1/", false)]
    public void Credentials_go_to_a_realm_of_the_registrys_own_domain(string realm, string registry, bool isTrusted) =>
        RegistryAuthorization.MayTrust(new Uri(realm), new Uri(registry)).ShouldBe(isTrusted);

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("a/b:1", "docker.io/a/b:1", "a/b:1")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x:latest")]
    [InlineData("127.0.0.1:5000/x:y", "127.0.0.1:5000/x:y", "127.0.0.1:5000/x:y")]
    [InlineData("docker.io/library/busybox:latest", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("Upper", null, null)]
    [InlineData("x:", null, null)]
    [InlineData("a//b", null, null)]
    [InlineData("../x", null, null)]
    public void Names_are_read_as_docker_reads_them(string text, string? full, string? familiar)
    {
        var name = ImageName.TryParse(text);
        name?.ToString().ShouldBe(full);
        (name?.Familiar).ShouldBe(familiar);
    }

    private static bool Challenge(HttpContext context, string wanted, string challenge, bool alsoThePing = false)
    {
        if (context.Request.Headers.Authorization == wanted || (context.Request.Path == "/v2/" && !alsoThePing))
            return false;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = challenge;
        return true;
    }
}
