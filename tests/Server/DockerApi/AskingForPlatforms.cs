using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>The parameter <c>platform</c>, of an image that is here for one platform: busybox, for linux/amd64.</summary>
public sealed class AskingForPlatforms(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private const string Mismatch = "image with reference busybox was found but does not match the specified platform: wanted linux/arm64/v8, actual: linux/amd64";

    private static readonly string Amd = "platform=" + Uri.EscapeDataString("""{"os":"linux","architecture":"amd64"}""");
    private static readonly string Arm = "platform=" + Uri.EscapeDataString("""{"architecture":"arm64","os":"linux","variant":"v8"}""");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Worker.Fails = _ => null;
        await server.PullBusyboxAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("GET", "images/busybox/json?", Mismatch)]
    [InlineData("GET", "images/busybox/history?", Mismatch)]
    [InlineData("GET", "images/busybox/get?", "no suitable export target found for platform linux/arm64/v8")]
    [InlineData("GET", "images/get?names=busybox&", "no suitable export target found for platform linux/arm64/v8")]
    [InlineData("DELETE", "images/busybox?", Mismatch)]
    public async Task Another_one_than_the_images_is_not_found(string method, string path, string words)
    {
        var query = method == "DELETE" ? Arm.Replace("platform", "platforms", StringComparison.Ordinal) : Arm;
        using var answer = await server.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path + query), Cancellation);
        (answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe((HttpStatusCode.NotFound, words));
        (await server.Client.GetAsync("images/busybox/json?" + Amd, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_push_is_of_the_platform_that_is_here_or_none()
    {
        foreach (var tag in (string[])["v1", "v2"])
            (await server.PostAsync($"images/busybox/tag?repo=registry.example/mine&tag={tag}")).StatusCode.ShouldBe(HttpStatusCode.Created);
        server.Worker.Orders.Clear();
        foreach (var (query, status, words) in (IEnumerable<(string, HttpStatusCode, string)>)[
            ("tag=v1&" + Arm, HttpStatusCode.NotFound, "image with reference registry.example/mine:v1 was found but does not match the specified platform: wanted linux/arm64/v8, actual: linux/amd64"),
            (Arm, HttpStatusCode.NotFound, "registry.example/mine:v1 was found but does not match"),
            ("tag=v9&" + Amd, HttpStatusCode.NotFound, "No such image: registry.example/mine:v9")])
        {
            using var refused = await server.PostAsync("images/registry.example/mine/push?" + query);
            refused.StatusCode.ShouldBe(status);
            (await DockerServer.MessageAsync(refused)).ShouldContain(words);
        }
        server.Worker.Orders.ShouldBeEmpty();

        foreach (var (query, version) in (IEnumerable<(string, string)>)[(Amd, "v1.50"), (Arm, "v1.45")])
            (await server.PostAsync($"http://docker/{version}/images/registry.example/mine/push?{query}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Worker.Orders.OfType<PushImage>().Select(o => o.Reference[^2..]).ShouldBe(["v1", "v2", "v1", "v2"]);
    }

    [Theory]
    [InlineData("platform=linux/amd64", "failed to parse platform: ")]
    [InlineData("platform={\"os\":\"linux\"}", "both OS and Architecture must be provided")]
    [InlineData("platform=null", "both OS and Architecture must be provided")]
    [InlineData("platform={}&platform={}", "multiple platform parameters are not supported")]
    public async Task What_is_none_is_refused(string query, string words)
    {
        foreach (var path in (string[])["images/busybox/json?", "images/busybox/get?"])
        {
            using var answer = await server.Client.GetAsync(path + query, Cancellation);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await DockerServer.MessageAsync(answer)).ShouldStartWith(words);
        }
    }

    [Fact]
    public async Task With_the_manifests_it_cannot_be_asked_for()
    {
        using var answer = await server.Client.GetAsync($"images/busybox/json?manifests=1&{Amd}", Cancellation);
        (answer.StatusCode, await DockerServer.MessageAsync(answer))
            .ShouldBe((HttpStatusCode.BadRequest, "conflicting options: manifests and platform options cannot both be set"));
    }

    [Fact]
    public async Task A_load_passes_it_on_and_the_log_has_it()
    {
        var heads = new List<string>();
        server.Worker.Script = (head, socket) =>
        {
            heads.Add(head);
            return ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", "");
        };
        (await server.PostAsync("images/load?" + Arm, "tar!", "application/x-tar")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.PostAsync("http://docker/v1.47/images/load?" + Arm, "tar!", "application/x-tar")).StatusCode.ShouldBe(HttpStatusCode.OK);
        heads[0].ShouldContain("&platform=linux%2Farm64%2Fv8 ");
        heads[1].ShouldNotContain("platform");
        (await server.PsqlAsync("select data ->> 'platform' from shiplog.mt_events where type = 'image_load_requested' order by seq_id limit 1")).ShouldBe("linux/arm64/v8");
    }

    [Fact]
    public async Task What_was_kept_may_tell_of_a_digest_that_an_image_here_was_pulled_by()
    {
        var known = (await server.Client.GetFromJsonAsync<JsonElement>("images/busybox/json", Cancellation)).GetProperty("RepoDigests")[0].GetString()!;
        var bodies = new List<string>();
        server.Worker.Script = async (head, socket) =>
        {
            head.ShouldStartWith("POST /streams/images/registry ");
            bodies.Add(await BodyAsync(socket));
            await ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", """{"mediaType":"m","digest":"d","size":1,"platforms":[]}""");
        };
        foreach (var name in (string[])[known, "other" + known[known.IndexOf('@', StringComparison.Ordinal)..], "busybox:latest"])
            (await server.Client.GetAsync($"distribution/{name}/json", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        bodies.Select(b => b.Contains("\"isKnown\":true", StringComparison.Ordinal)).ShouldBe([true, false, false]);
    }

    /// <summary>One chunk, as a client sends JSON.</summary>
    private static async Task<string> BodyAsync(System.Net.Sockets.Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (!text.ToString().Contains('}', StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer);
            if (read == 0)
                break;
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return text.ToString();
    }
}
