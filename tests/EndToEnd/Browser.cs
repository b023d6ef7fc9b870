using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Shiplog.EndToEnd.Tests;

/// <summary>The dashboard in a real browser: what the log says is on the page, without a reload.</summary>
public sealed class Browser(Engine engine) : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Flags });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    [Fact]
    public async Task A_container_appears_runs_and_ends_on_the_page_without_a_reload()
    {
        var page = await OpenAsync("/");
        (await engine.DockerAsync("run", "-d", "--name", "seen", "busybox", "sleep", "1000")).Expected();
        var row = page.Locator("tr", new() { HasText = "seen" });
        await Assertions.Expect(row).ToContainTextAsync("running", new() { IgnoreCase = true });
        (await engine.DockerAsync("stop", "-t", "0", "seen")).Expected();
        await Assertions.Expect(row).ToContainTextAsync("exited", new() { IgnoreCase = true });
        await ShotAsync(page, "containers");
        (await engine.DockerAsync("rm", "seen")).Expected();
    }

    [Fact]
    public async Task A_removed_container_still_tells_its_steps_with_their_facts()
    {
        (await engine.DockerAsync("run", "--rm", "--name", "gone", "busybox", "true")).Expected();
        var id = (await engine.EventsOfAsync("gone"))[0].GetProperty("stream").GetString()!.Split('/')[1];
        var page = await OpenAsync($"/containers/{id}");
        foreach (var step in new[] { "rootfs", "bridge", "172.17.0.", "started", "exited" })
            await Assertions.Expect(page.Locator("body")).ToContainTextAsync(step, new() { IgnoreCase = true });
        await ShotAsync(page, "timeline");
    }

    [Fact]
    public async Task The_lineage_shows_the_image_a_commit_made()
    {
        (await engine.DockerAsync("create", "--name", "parent", "busybox", "true")).Expected();
        (await engine.DockerAsync("commit", "parent", "child:1")).Expected();
        var page = await OpenAsync("/images");
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("child:1");
        await Assertions.Expect(page.Locator("svg")).Not.ToHaveCountAsync(0);
        await ShotAsync(page, "images");
        (await engine.DockerAsync("rm", "parent")).Expected();
        (await engine.DockerAsync("rmi", "child:1")).Expected();
    }

    [Fact]
    public async Task The_event_log_is_on_its_page_and_nothing_overflows_a_phone()
    {
        (await engine.DockerAsync("run", "--rm", "busybox", "true")).Expected();
        var page = await OpenAsync("/events", width: 390);
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("container_exited");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("the page scrolls sideways");
        await ShotAsync(page, "events-narrow");
    }

    private async Task<IPage> OpenAsync(string path, int width = 1280)
    {
        var page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 } });
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync("http://127.0.0.1:8080" + path);
        errors.ShouldBeEmpty();
        return page;
    }

    private Task ShotAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(engine.Repository, "artifacts", "screenshots", name + ".png"), FullPage = true });
}
