using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests;

public class GuardingTheBrowser
{
    [Theory]
    [InlineData("127.0.0.1:8080", null, 200)]
    [InlineData("[::1]:8080", "http://[::1]:8080", 200)]
    [InlineData("localhost:8080", "http://localhost:8080", 200)]
    [InlineData("shiplog.example", "https://shiplog.example", 200)]
    [InlineData("127.0.0.1:8080", "https://evil.example", 403)]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:9999", 403)]
    [InlineData("127.0.0.1:8080", "null", 403)]
    public async Task Only_its_own_pages_reach_the_dashboard(string host, string? origin, int expected)
    {
        var context = await AskAsync(host, origin);

        context.Response.StatusCode.ShouldBe(expected);
        context.Response.Headers.ContentSecurityPolicy.Count.ShouldBe(expected == 200 ? 1 : 0);
    }

    private static async Task<HttpContext> AskAsync(string host, string? origin)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString(host);
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        await new BrowserGuard(_ => Task.CompletedTask).InvokeAsync(context);
        return context;
    }
}
