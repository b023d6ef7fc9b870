using Microsoft.Playwright;
using Shiplog.EndToEnd.Tests.Running;
using static Microsoft.Playwright.Assertions;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What a browser shows of a running engine. Pictures are kept in artifacts/tests.</summary>
public sealed class TheDashboard(RunningInstance engine)
{
    private string Address => $"http://{engine.Instance.Settings.Http}/";

    [Fact]
    public async Task A_container_appears_and_ends_without_a_reload()
    {
        var name = "seen-" + Guid.NewGuid().ToString("N")[..8];
        await using var browser = await Browser.OpenAsync(Address);
        await browser.Page.GotoAsync("/");
        await Expect(browser.Page.GetByLabel("Filter containers")).ToBeVisibleAsync();
        await browser.Page.EvaluateAsync("window.sameDocument = true");

        (await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sleep", "1000")).Succeeded();
        var row = browser.Page.Locator("tr", new PageLocatorOptions { HasText = name });
        await Expect(row).ToContainTextAsync("running");
        await browser.KeepAsync("containers");

        (await engine.DockerAsync("kill", name)).Succeeded();
        await Expect(row).ToContainTextAsync("exited");
        await Expect(row).ToContainTextAsync("137");
        (await browser.Page.EvaluateAsync<bool>("window.sameDocument === true")).ShouldBeTrue("the page was not loaded again");
        (await engine.DockerAsync("rm", name)).Succeeded();
        browser.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ColorScheme.Light, "container")]
    [InlineData(ColorScheme.Dark, "container-dark")]
    public async Task A_removed_container_still_tells_its_life(ColorScheme colours, string picture)
    {
        var id = (await engine.DockerAsync("create", "busybox", "sh", "-c", "exit 9")).Succeeded().Text;
        (await engine.DockerAsync("start", "-a", id)).ExitCode.ShouldBe(9);
        (await engine.DockerAsync("rm", id)).Succeeded();
        var events = await engine.EventsOfAsync(id);

        await using var browser = await Browser.OpenAsync(Address, colours);
        await browser.Page.GotoAsync("/containers/" + id);
        var page = browser.Page.Locator("body");
        foreach (var title in (string[])["container created", "rootfs mounted", "bridge attached", "IP assigned", "container started", "container exited", "IP released", "container removed"])
            await Expect(page).ToContainTextAsync(title);
        await Expect(page).ToContainTextAsync(events.Single(e => e.Type == "ip_assigned").Data.GetProperty("address").GetString()!);
        await Expect(page).ToContainTextAsync("unix:root");
        await browser.KeepAsync(picture);
        browser.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_images_page_draws_the_line_from_image_through_container_to_image()
    {
        (await engine.DockerAsync("create", "--name", "parent", "busybox", "sh", "-c", "echo made > /made")).Succeeded();
        (await engine.DockerAsync("start", "-a", "parent")).Succeeded();
        (await engine.DockerAsync("commit", "parent", "offspring:1")).Succeeded();
        await using var browser = await Browser.OpenAsync(Address);
        await browser.Page.GotoAsync("/images");
        var page = browser.Page.Locator("body");
        await Expect(page).ToContainTextAsync("offspring:1");
        var graph = browser.Page.Locator("svg", new PageLocatorOptions { HasText = "offspring" }).First;
        await Expect(graph).ToBeVisibleAsync();
        await Expect(graph).ToContainTextAsync("parent");
        await browser.KeepAsync("images");

        await browser.Page.Locator("tr", new PageLocatorOptions { HasText = "offspring:1" }).GetByRole(AriaRole.Link).First.ClickAsync();
        var stack = browser.Page.GetByLabel("Stack");
        foreach (var part in (string[])["Read-write layer", "This image", "sh -c echo made > /made", "Base image", "Kernel of the host"])
            await Expect(stack).ToContainTextAsync(part);
        await stack.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "files" }).First.ClickAsync();
        await Expect(stack).ToContainTextAsync("/made");
        await browser.KeepAsync("image");
        (await engine.DockerAsync("rm", "parent")).Succeeded();
        (await engine.DockerAsync("rmi", "offspring:1")).Succeeded();
        await Expect(browser.Page.Locator("body")).ToContainTextAsync("has been removed, and its files with it");
        browser.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_build_is_shown_while_it_goes_on_and_each_step_with_its_reason()
    {
        using var folder = new BuildFolder("FROM busybox\nENV GREETING=hello\nRUN echo $GREETING > /said\nCMD [\"cat\", \"/said\"]\n");
        await using var browser = await Browser.OpenAsync(Address);
        await browser.Page.GotoAsync("/builds");
        (await engine.DockerAsync("build", "-t", "shown-build", folder.Path)).Succeeded();
        (await engine.DockerAsync("build", "-t", "shown-build", folder.Path)).Succeeded();
        var row = browser.Page.Locator("tr", new PageLocatorOptions { HasText = "shown-build" }).First;
        await Expect(row).ToContainTextAsync("3 cached");
        await browser.KeepAsync("builds");

        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        var steps = browser.Page.GetByLabel("Steps");
        foreach (var part in (string[])["FROM busybox", "RUN echo $GREETING > /said", "the same as step 3 of build"])
            await Expect(steps).ToContainTextAsync(part);
        await browser.KeepAsync("build");
        (await engine.DockerAsync("rmi", "shown-build")).Succeeded();
        browser.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_events_page_shows_the_log_as_it_grows()
    {
        await using var browser = await Browser.OpenAsync(Address);
        await browser.Page.GotoAsync("/events");
        var name = "logged-" + Guid.NewGuid().ToString("N")[..8];
        (await engine.DockerAsync("create", "--name", name, "busybox", "true")).Succeeded();
        await Expect(browser.Page.Locator("body")).ToContainTextAsync(name);
        await browser.KeepAsync("events");
        (await engine.DockerAsync("rm", name)).Succeeded();
        browser.Errors.ShouldBeEmpty();
    }
}
