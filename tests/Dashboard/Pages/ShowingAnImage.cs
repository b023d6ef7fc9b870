using System.Net;
using Bunit;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Images;
using Shiplog.Dashboard.Tests.Images;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingAnImage : ABrowser
{
    private static readonly ImageView Base = new("sha256:" + new string('b', 64), "pulled", ["docker.io/library/busybox:latest"], null, null, null, null, 2000, 1, ALog.Noon, null, "unix:root");
    private static readonly ImageView Made = new(ALog.Image, "committed", ["docker.io/library/app:1"], Base.Id, ALog.Container, null, "by hand", 4000, 2, ALog.Noon, null, "unix:dora");

    private IRenderedComponent<ImagePage> Page(ImageView? image = null)
    {
        image ??= Made;
        Rest.Give("/api/v1/images", (ImageView[])[Base, image]);
        Rest.Give("/api/v1/images/lineage", new ImageLineageView(
            StackingLayers.Kin(image.Id, 0, "app:1"), [StackingLayers.Kin(Base.Id, 1, "busybox:latest", "pulled")], [],
            [new ArrivalView("committed", null, null, "sha256:" + new string('e', 64), ALog.Noon, "unix:dora", "request", 9)]));
        Rest.Answer("/api/v1/images/dockerfile", _ => new HttpResponseMessage { Content = new StringContent("FROM busybox\nCMD [\"x\"]\n") });
        return Render<ImagePage>(p => p.Add(i => i.Id, image.Id));
    }

    [Fact]
    public void Its_layers_stand_on_the_kernel_by_the_images_that_brought_them()
    {
        Rest.Give("/api/v1/images/layers", new ImageLayersView(Made.Id, [StackingLayers.Layer(1), StackingLayers.Layer(2, 1500)], 1500));
        Rest.Give("/api/v1/images/layers/files", (LayerFileView[])[new("/etc", "modified", 0), new("/etc/new", "added", 1500), new("/old", "removed", 0)]);

        var page = Page();

        page.WaitForAssertion(() => page.FindAll(".stack > li b").Select(b => b.TextContent).ShouldBe(["Read-write layer", "This image", "Base image", "Kernel of the host"]));
        page.Find(".stack .part:not(.own) a").GetAttribute("href").ShouldBe("images/" + new string('b', 12));
        page.Find("section[aria-label=Stack] h2").TextContent.ShouldContain("1.5 kB are in a layer and hidden by a later one");
        page.Find(".dockerfile").TextContent.ShouldStartWith("FROM busybox");
        page.Find(".kin a").GetAttribute("href").ShouldBe("events?before=10#9");

        page.Find(".stack .own button").Click();
        page.WaitForAssertion(() => page.FindAll(".files pre span").Select(s => s.TextContent.Trim()).ShouldBe(["C            /etc", "A    1.5 kB  /etc/new", "D            /old"]));
        page.Find(".stack .own button").Click();
        page.FindAll(".files").ShouldBeEmpty();
    }

    [Fact]
    public void Where_its_files_are_gone_the_story_stays()
    {
        var page = Page(Made with { RemovedAt = ALog.Noon });

        page.WaitForAssertion(() => page.Find("section[aria-label=Stack]").TextContent.ShouldContain("has been removed, and its files with it"));
        page.Find(".badge").TextContent.ShouldBe("removed");
        page.Find(".kin").TextContent.ShouldContain("unix:dora");
    }

    [Fact]
    public void While_the_worker_is_away_it_is_said_and_the_rest_is_shown()
    {
        Rest.Answer("/api/v1/images/layers", _ => ARest.Json(HttpStatusCode.ServiceUnavailable, """{"detail":"the worker does not answer"}"""));

        var page = Page();

        page.WaitForAssertion(() => page.Find("section[aria-label=Stack]").TextContent.ShouldContain("Its layers cannot be read now: the worker does not answer"));
        page.Find("h1").TextContent.ShouldBe("app:1");
    }

    [Fact]
    public void One_that_never_was_is_said()
    {
        var page = Render<ImagePage>(p => p.Add(i => i.Id, "never"));

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("No such image"));
    }
}
