using Bunit;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Containers;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingALife : ABrowser
{
    private readonly ContainerView _cce = ALog.AContainer("cce", "removed", 0) with
    {
        Id = ALog.Container,
        CommittedImages = [ALog.Image],
        RemovedAt = ALog.Noon.AddSeconds(3),
    };

    public ShowingALife()
    {
        foreach (var name in (string[])["cce", ALog.Container])
        {
            Rest.Give($"/api/v1/containers/{name}", _cce);
            Rest.Give($"/api/v1/containers/{name}/events", ALog.OfARun().Events);
        }
        var pulled = new ALog().Add("image_pulled", -60_000, new
        {
            Reference = "docker.io/library/busybox:latest",
            Layers = (object[])[new { UnpackedSize = 4_270_000 }],
            StartedAt = ALog.Noon.AddMinutes(-1).AddSeconds(-2),
        }, "image/" + ALog.Image);
        Rest.On("/api/v1/events", query => System.Text.Json.JsonSerializer.Serialize(
            query["stream"] == "image/" + ALog.Image ? (EventView[])[pulled with { Sequence = 0 }] : [], System.Text.Json.JsonSerializerOptions.Web));
    }

    [Fact]
    public void A_removed_container_still_tells_its_seven_steps()
    {
        var page = Render<ContainerPage>(p => p.Add(c => c.Id, "cce"));

        page.WaitForAssertion(() => page.FindAll(".step").Select(s => s.TextContent).Where(t => t.Length > 0).ShouldBe(["1", "2", "3", "4", "5", "6", "7"]));
        page.Find(".rows li").TextContent.ShouldContain("4.27 MB");
        page.FindAll(".path b").Select(b => b.TextContent).ShouldBe(["created", "running", "exited"]);
        page.Markup.ShouldContain("172.17.0.2/16 via 172.17.0.1");
    }

    [Fact]
    public void Every_event_opens_to_its_body_and_its_metadata()
    {
        var page = Render<ContainerPage>(p => p.Add(c => c.Id, "cce"));
        page.WaitForElement("li[id='6'] button.row").Click();

        var detail = page.Find("li[id='6'] .detail");
        detail.TextContent.ShouldContain("\"pid\": 4711");
        detail.TextContent.ShouldContain("correlation-1");
        detail.TextContent.ShouldContain("unix:root");
        page.Find("li[id='6'] button.row").GetAttribute("aria-expanded").ShouldBe("true");
        page.Find("li[id='6'] button.row").Click();
        page.FindAll(".detail").ShouldBeEmpty();
    }

    [Fact]
    public void An_address_that_names_an_event_opens_it()
    {
        Go($"/containers/{ALog.Container}#5");

        var page = Render<ContainerPage>(p => p.Add(c => c.Id, ALog.Container));

        page.WaitForElement("li[id='5'].target .detail");
        page.FindAll(".detail").Count.ShouldBe(1);
        JSInterop.VerifyInvoke("shiplog.show").Arguments.ShouldBe(["5"]);
    }

    [Fact]
    public void An_unknown_one_is_not_found_in_words()
    {
        var page = Render<ContainerPage>(p => p.Add(c => c.Id, "nobody"));

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("No such container"));
    }
}
