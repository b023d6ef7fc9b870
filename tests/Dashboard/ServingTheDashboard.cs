using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shiplog.Contracts.Views;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests;

public sealed class ServingTheDashboard : IAsyncDisposable
{
    private readonly ARest _rest = new();
    private readonly WebApplication _server;
    private int _handlers;

    public ServingTheDashboard()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Shiplog.Dashboard", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddDashboard(new Uri("http://shiplog/"), _ =>
        {
            _handlers++;
            return _rest;
        });
        _server = builder.Build();
        _server.MapDashboard();
        _rest.Give("/api/v1/status", new StatusView("1.2.3", "harbor", true, true, "/run/shiplog/docker.sock", 0, 0));
        _rest.Give("/api/v1/containers", (ContainerView[])[ALog.AContainer("web", "running")]);
    }

    [Fact]
    public async Task The_first_answer_shows_the_containers_without_any_script()
    {
        var (context, page) = await GetAsync("/");

        context.Response.StatusCode.ShouldBe(200);
        context.Response.Headers.ContentSecurityPolicy.ToString().ShouldContain("script-src 'self';");
        page.ShouldContain(">web</a>");
        page.ShouldContain("172.17.0.2");
        page.ShouldNotContain("<script>");
        page.ShouldNotContain("<style");
        System.Text.RegularExpressions.Regex.Matches(page, "(src|href)=\"(https?:)?//").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_that_is_not_there_is_said_so()
    {
        var (context, page) = await GetAsync("/nonsense");

        context.Response.StatusCode.ShouldBe(404);
        page.ShouldContain("Nothing is here");
    }

    [Fact]
    public async Task Its_style_comes_with_it()
    {
        // By itself the library's files lie at the root; in a server, below _content/Shiplog.Dashboard.
        var (context, style) = await GetAsync("/dashboard.css");

        context.Response.StatusCode.ShouldBe(200);
        style.ShouldContain("--rz-primary");
    }

    [Fact]
    public async Task Nothing_of_it_is_made_before_somebody_comes()
    {
        _handlers.ShouldBe(0);

        await GetAsync("/images");
        await GetAsync("/images");

        _handlers.ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _rest.Dispose();
    }

    private async Task<(HttpContext Context, string Body)> GetAsync(string path)
    {
        await using var scope = _server.Services.CreateAsyncScope();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Scheme, context.Request.Host, context.Request.Path) = ("GET", "http", new HostString("localhost"), path);
        context.Response.Body = body;
        await _server.Services.GetRequiredService<DashboardHost>().ServeAsync(context);
        return (context, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
