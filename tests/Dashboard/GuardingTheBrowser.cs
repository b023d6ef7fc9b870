using System.Net;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests;

public class GuardingTheBrowser
{
    [Theory]
    [InlineData("127.0.0.1:8080", null, 200)]
    [InlineData("[::1]:8080", null, 200)]
    [InlineData("localhost:8080", "http://localhost:8080", 200)]
    [InlineData("shiplog.localhost", null, 200)]
    [InlineData("evil.example", null, 421)]
    [InlineData("localhost.evil.example:8080", null, 421)]
    [InlineData("127.0.0.1:8080", "https://evil.example", 421)]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:9999", 421)]
    [InlineData("127.0.0.1:8080", "null", 421)]
    public async Task Only_its_own_pages_under_its_own_names_reach_the_dashboard(string host, string? origin, int expected)
    {
        var context = await AskAsync(host, origin, new DashboardEndpoint());

        context.Response.StatusCode.ShouldBe(expected);
        context.Response.Headers.ContentSecurityPolicy.Count.ShouldBe(expected == 200 ? 1 : 0);
    }

    [Fact]
    public async Task What_is_not_the_dashboard_is_left_alone()
    {
        var context = await AskAsync("evil.example", null);

        context.Response.StatusCode.ShouldBe(200);
        context.Response.Headers.ContentSecurityPolicy.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_path_that_two_want_is_the_dashboards_on_TCP_and_Dockers_on_a_socket(bool tcp)
    {
        Endpoint page = new(null, new EndpointMetadataCollection(new DashboardEndpoint()), "page"), docker = new(null, null, "docker");
        var candidates = new Microsoft.AspNetCore.Routing.Matching.CandidateSet([page, docker], [[], []], [0, 0]);
        var context = new DefaultHttpContext();
        context.Connection.LocalIpAddress = tcp ? IPAddress.Loopback : null;

        await new TcpOnlyPolicy().ApplyAsync(context, candidates);

        (candidates.IsValidCandidate(0), candidates.IsValidCandidate(1)).ShouldBe((tcp, !tcp));
    }

    private static async Task<HttpContext> AskAsync(string host, string? origin, params object[] metadata)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString(host);
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(metadata), "page"));
        await new BrowserGuard(_ => Task.CompletedTask).InvokeAsync(context);
        return context;
    }
}
