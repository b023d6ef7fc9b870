using System.Net;
using Microsoft.AspNetCore.Routing;
using Shiplog.Server.Hosting;

namespace Shiplog.Server.Tests.Hosting;

/// <summary>What is served on one listener does not exist on another.</summary>
public sealed class KeepingListenersApart(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rest_is_on_the_docker_socket_and_on_tcp_and_not_among_the_reports()
    {
        (await fixture.Server.Docker.GetAsync("/api/v1/status", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await fixture.Server.Http.GetAsync("/api/v1/status", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await fixture.Server.Reports.GetAsync("/api/v1/status", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/_ping")]
    [InlineData("/v1.43/containers/json")]
    [InlineData("/containers/json")]
    [InlineData("/info")]
    public async Task Dockers_api_is_on_its_socket_alone(string path)
    {
        (await fixture.Server.Docker.GetAsync(path, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await fixture.Server.Reports.GetAsync(path, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var http = await fixture.Server.Http.GetAsync(path, Cancellation);
        (http.StatusCode == HttpStatusCode.NotFound || http.Content.Headers.ContentType?.MediaType == "text/html").ShouldBeTrue();
        http.Headers.Contains("Api-Version").ShouldBeFalse();
    }

    [Fact]
    public async Task Facts_are_taken_on_the_reports_socket_alone()
    {
        static HttpContent Empty() => new ByteArrayContent([]);
        (await fixture.Server.Reports.PostAsync("/_wolverine/invoke", Empty(), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await fixture.Server.Docker.PostAsync("/_wolverine/invoke", Empty(), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        // There the dashboard answers for what is not there, and only to readers.
        (await fixture.Server.Http.PostAsync("/_wolverine/invoke", Empty(), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    // The framework's own fallback for files under development says nothing, and so is served nowhere.
    [Fact]
    public void Every_endpoint_says_where_it_is_served() => fixture.Server.Get<EndpointDataSource>().Endpoints
        .Where(e => e.Metadata.GetMetadata<ServedOn>() is null).Select(e => e.DisplayName).Except(["Fallback {**path:file}"]).ShouldBeEmpty();

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    public async Task On_tcp_only_loopback_names_are_answered(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/status");
        request.Headers.Host = host;
        using var answer = await fixture.Server.Http.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain(host);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]")]
    public async Task Loopback_names_are(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/status");
        request.Headers.Host = host;
        (await fixture.Server.Http.SendAsync(request, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void The_sockets_have_the_modes_that_keep_others_out()
    {
        (File.GetUnixFileMode(Listening.DockerSocket(fixture.Cluster.Instance)) & (UnixFileMode)0x1ff).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        (File.GetUnixFileMode(fixture.Cluster.Instance.ReportsSocket) & (UnixFileMode)0x1ff).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Another_user_is_refused_on_the_reports_socket_even_where_its_mode_lets_him()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another user");
        var socket = fixture.Cluster.Instance.ReportsSocket;
        string[] ask = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", socket, "http://server/_wolverine/invoke"];
        foreach (var folder in (string[])[fixture.Cluster.Instance.RunFolder, fixture.Cluster.Instance.ServerRunFolder])
            await Cluster.RunAsync("chmod", "711", folder);
        await Cluster.RunAsync("chmod", "666", socket);
        (await Cluster.RunAsync(ask[0], ask[1..])).ShouldBe("404");
        string[] another = ["--reuid=65534", "--clear-groups"];
        await Cluster.RunAsync("setpriv", [.. another, "test", "-w", socket]);
        // curl: closed without a word, reset while reading, while sending, while connecting.
        (await Should.ThrowAsync<InvalidOperationException>(() => Cluster.RunAsync("setpriv", [.. another, .. ask])))
            .Message.ShouldMatch("exit code (52|56|55|7):");
        // The server is shared: the other tests look at the mode too.
        await Cluster.RunAsync("chmod", "600", socket);
    }
}
