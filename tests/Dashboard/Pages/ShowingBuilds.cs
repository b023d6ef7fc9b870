using Bunit;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Builds;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingBuilds : ABrowser
{
    private const string Id = "0199b0c8d2d27a40a1b2c3d4e5f60718";

    private static readonly BuildView Build = new(
        Id, "failed", ["docker.io/library/app:latest"], "Dockerfile", null, 2, 1, "the step failed", "unix:ann", ALog.Noon, ALog.Noon.AddSeconds(3));

    [Fact]
    public void Each_is_listed_with_what_came_of_it()
    {
        Rest.Give("/api/v1/builds", (BuildView[])[Build]);

        var page = Render<BuildsPage>();

        page.WaitForAssertion(() => page.Find(".badge.bad").TextContent.ShouldBe("failed"));
        page.Find("a[href='builds/" + Id + "']").TextContent.ShouldBe(Id[^12..]);
        page.Find(".bad-text").TextContent.ShouldBe("the step failed");
        page.Markup.ShouldContain("1 cached");
    }

    [Fact]
    public void Each_step_says_why_it_was_done()
    {
        Rest.Give("/api/v1/builds/" + Id, new BuildDetailView(Build,
        [
            new(1, "0", 1, "FROM busybox", ALog.Image, false, "begins with busybox", null, ALog.Noon, 2),
            new(2, "0", 2, "RUN make", ALog.Image, true, "the same as step 2 of build x", ALog.Container, ALog.Noon, 900),
        ]));

        var page = Render<BuildPage>(p => p.Add(b => b.Id, Id));

        page.WaitForAssertion(() => page.FindAll(".steps tbody tr").Count.ShouldBe(2));
        page.Find(".steps tbody tr.gone").TextContent.ShouldContain("the same as step 2 of build x");
        page.Find(".steps a[href^='containers/']").GetAttribute("href").ShouldBe("containers/" + ALog.Container);
        page.Find(".notice.bad").TextContent.ShouldContain("the step failed");
    }

    [Fact]
    public void Without_builds_the_way_to_the_first_is_shown()
    {
        Rest.Give("/api/v1/builds", Array.Empty<BuildView>());

        var page = Render<BuildsPage>();

        page.WaitForAssertion(() => page.Find(".empty code").TextContent.ShouldContain(" build -t app ."));
    }
}
