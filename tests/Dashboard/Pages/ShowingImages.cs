using Bunit;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Images;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingImages : ABrowser
{
    [Fact]
    public void A_family_is_drawn_with_links_and_what_is_gone_is_dimmed()
    {
        Rest.Give("/api/v1/images", (ImageView[])[new(ALog.Image, "pulled", ["docker.io/library/busybox:latest"], null, null, null, null, 4_270_000, 1, ALog.Noon, null, "unix:root")]);
        Rest.Give("/api/v1/lineage", new LineageView(
            [new(ALog.Image, "image", "docker.io/library/busybox:latest", "present", ALog.Noon), new(ALog.Container, "container", "cce", "removed", ALog.Noon)],
            [new(ALog.Image, ALog.Container, "run", 7)]));

        var page = Render<ImagesPage>();

        page.WaitForAssertion(() => page.FindAll("svg a.node").Count.ShouldBe(2));
        page.FindAll("svg a.node").Single(a => a.ClassList.Contains("gone")).GetAttribute("href").ShouldBe("containers/" + ALog.Container);
        page.Find("svg .edge.run a").GetAttribute("href").ShouldBe("events?before=8#7");
        page.Find(".tag").TextContent.ShouldBe("busybox:latest");
    }

    [Fact]
    public void Without_images_the_way_to_the_first_is_shown()
    {
        var page = Render<ImagesPage>();

        page.WaitForAssertion(() => page.Find(".empty code").TextContent.ShouldContain(" pull "));
    }
}
