using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Server.Engine;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class TheWire(DockerServer server) : IClassFixture<DockerServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_says_what_it_comes_from()
    {
        using var answer = await server.Client.GetAsync("/_ping", Cancellation);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBe("OK");
        answer.Headers.GetValues("Api-Version").ShouldBe(["1.50"]);
        answer.Headers.GetValues("Ostype").ShouldBe(["linux"]);
        answer.Headers.GetValues("Docker-Experimental").ShouldBe(["false"]);
        answer.Headers.Server.ToString().ShouldStartWith("Shiplog/");
    }

    [Theory]
    [InlineData("/v1.23/info", "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v1.51/info", "client version 1.51 is too new. Maximum supported API version is 1.50")]
    [InlineData("/v2.0/info", "client version 2.0 is too new. Maximum supported API version is 1.50")]
    [InlineData("/v99999999999.1/info", "client version 99999999999.1 is too new. Maximum supported API version is 1.50")]
    public async Task A_version_that_is_not_spoken_is_refused_in_dockers_words(string path, string message)
    {
        using var answer = await server.Client.GetAsync(path, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
    }

    [Theory]
    [InlineData("/v1.24/version")]
    [InlineData("/v1.50/version")]
    [InlineData("/version")]
    public async Task The_versions_in_between_and_none_are_served(string path)
    {
        using var answer = await server.Client.GetAsync(path, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET", "/nonsense")]
    [InlineData("GET", "/v1.50/")]
    [InlineData("GET", "/")]
    [InlineData("DELETE", "/v1.50/info")]
    [InlineData("GET", "/v1.50/containers//json")]
    public async Task A_path_that_is_none_is_not_found(string method, string path)
    {
        using var answer = await server.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await DockerServer.MessageAsync(answer)).ShouldBe("page not found");
    }

    [Theory]
    [InlineData("build/prune", "pruning the build cache is not built yet")]
    [InlineData("session", "building images by BuildKit is not built yet")]
    public async Task What_is_not_built_says_so(string path, string message)
    {
        using var answer = await server.PostAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
    }

    [Theory]
    [InlineData("text/plain", "{}", "unsupported Content-Type header (text/plain): must be 'application/json'")]
    [InlineData("application/json", "", "invalid JSON: got EOF while reading request body")]
    public async Task A_body_is_json_and_called_so(string type, string body, string message)
    {
        using var answer = await server.PostAsync("containers/create", body, type);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"Image":7}""")]
    public async Task Json_that_cannot_be_read_is_refused(string body)
    {
        using var answer = await server.PostAsync("containers/create", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldStartWith("invalid JSON: ");
    }

    [Fact]
    public async Task A_body_above_four_megabytes_is_refused()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "containers/create")
        {
            Content = new StringContent($$"""{"Image":"{{new string('a', 5_000_000)}}"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        message.Headers.ExpectContinue = true;
        using var answer = await server.Client.SendAsync(message, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_engine_describes_itself_truly()
    {
        var info = await server.Client.GetFromJsonAsync<JsonElement>("info", Cancellation);
        info.GetProperty("Driver").GetString().ShouldBe("overlay2");
        info.GetProperty("NCPU").GetInt32().ShouldBe(Environment.ProcessorCount);
        info.GetProperty("MemoryLimit").GetBoolean().ShouldBe(new KernelFeatures().Features.MemoryLimit);
        info.GetProperty("Runtimes").TryGetProperty("crun", out _).ShouldBeTrue();
        info.GetProperty("MemTotal").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_engine_tells_how_its_worker_came_to_its_storage_driver()
    {
        await server.Worker.Facts.RecordAsync(new ReportBatch(Environment.MachineName, TestStore.NewId(), 1, null, "worker-start", [
            new WorkerStartedReport("0", "6.1", "crun 1.8.1", "overlay2", 2, 1, DateTimeOffset.UtcNow)
            {
                Storage = new StorageChoice("default", "extfs", [new StorageAlternative("vfs", null), new StorageAlternative("btrfs", "/srv on btrfs")]),
            }]), Cancellation);
        var info = await server.Client.GetFromJsonAsync<JsonElement>("info", Cancellation);
        info.GetProperty("DriverStatus").EnumerateArray().Select(r => $"{r[0]}: {r[1]}").ShouldBe([
            "Backing Filesystem: extfs", "Chosen: default", "Alternative btrfs: needs /srv on btrfs", "Alternative vfs: can be configured",
            "Event store: PostgreSQL"]);
    }

    [Fact]
    public async Task The_default_networks_are_listed_and_found_by_name_and_id()
    {
        var networks = await server.Client.GetFromJsonAsync<JsonElement[]>("networks", Cancellation);
        networks!.Select(n => n.GetProperty("Name").GetString()).Order().ShouldBe(["bridge", "host", "none"]);
        var bridge = await server.Client.GetFromJsonAsync<JsonElement>("networks/bridge", Cancellation);
        bridge.GetProperty("IPAM").GetProperty("Config")[0].GetProperty("Gateway").GetString().ShouldBe("10.77.0.1");
        var id = bridge.GetProperty("Id").GetString()!;
        (await server.Client.GetFromJsonAsync<JsonElement>("networks/" + id[..12], Cancellation)).GetProperty("Name").GetString().ShouldBe("bridge");
        using var missing = await server.Client.GetAsync("networks/other", Cancellation);
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
