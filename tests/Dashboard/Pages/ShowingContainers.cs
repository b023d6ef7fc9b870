using System.Text;
using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Containers;
using Shiplog.Dashboard.Layout;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingContainers : ABrowser
{
    [Fact]
    public void A_newcomer_is_told_the_first_command_with_the_real_socket()
    {
        Rest.Give("/api/v1/containers", Array.Empty<ContainerView>());

        var page = Render<ContainersPage>();

        page.WaitForAssertion(() => page.Find(".empty code").TextContent.ShouldBe("docker -H unix:///run/shiplog/docker.sock run -it --rm busybox sh"));
    }

    [Fact]
    public void Failing_ones_stand_first_and_a_link_leads_to_each_life()
    {
        Rest.Give("/api/v1/containers", (ContainerView[])[ALog.AContainer("web", "running"), ALog.AContainer("broken", "exited", 3)]);

        var page = Render<ContainersPage>();

        page.WaitForAssertion(() => page.FindAll("a.name").Select(a => a.TextContent).ShouldBe(["broken", "web"]));
        page.FindAll("a.name")[0].GetAttribute("href").ShouldBe("containers/" + "broken".PadRight(64, '0'));
        page.FindAll("td .badge").Select(b => b.ClassName).ShouldBe(["badge bad", "badge good"]);
        page.Find(".bad-text").TextContent.ShouldBe("3");
    }

    [Fact]
    public void The_filter_and_the_switch_live_in_the_address()
    {
        Rest.Give("/api/v1/containers", (ContainerView[])[ALog.AContainer("web", "running"), ALog.AContainer("db", "running"), ALog.AContainer("gone", "removed")]);
        Go("/?q=w&removed=true");

        var page = Render<ContainersPage>();

        page.WaitForAssertion(() => page.FindAll("a.name").Select(a => a.TextContent).ShouldBe(["web"]));
        Rest.Asked.ShouldContain("/api/v1/containers?all=true");
        page.Find("input.filter").Input("gone");
        Services.GetRequiredService<NavigationManager>().Uri.ShouldContain("q=gone");
    }

    [Fact]
    public async Task What_happens_to_one_is_read_for_that_one_alone()
    {
        var web = ALog.AContainer("web", "created");
        Rest.Give("/api/v1/containers", (ContainerView[])[web, ALog.AContainer("db", "exited", 0)]);
        Rest.Give("/api/v1/containers/" + web.Id, web with { State = "running" });
        var live = GoLive();
        var page = Render<ContainersPage>();
        // Once for the page, once for the live log that has just begun.
        page.WaitForState(() => Rest.Asked.Count(a => a == "/api/v1/containers") == 2);
        page.WaitForAssertion(() => page.FindAll("td .badge").Select(b => b.TextContent).ShouldBe(["created", "exited"]));

        var e = new ALog().Add("container_started", 0, stream: "container/" + web.Id);
        await live.WriteAsync(Encoding.UTF8.GetBytes($"data: {JsonSerializer.Serialize(e, JsonSerializerOptions.Web)}\n\n"), Xunit.TestContext.Current.CancellationToken);

        page.WaitForAssertion(() => page.FindAll("td .badge").Select(b => b.TextContent).ShouldBe(["running", "exited"]));
        Rest.Asked.Count(a => a == "/api/v1/containers").ShouldBe(2);
    }

    [Fact]
    public async Task A_page_that_cannot_go_on_following_says_so()
    {
        var web = ALog.AContainer("web", "created");
        Rest.Give("/api/v1/containers", (ContainerView[])[web]);
        Rest.Answer("/api/v1/containers/" + web.Id, _ => throw new InvalidOperationException("nobody expected this"));
        var live = GoLive();
        var page = Render<MainLayout>(p => p.Add(l => l.Body, b => { b.OpenComponent<ContainersPage>(0); b.CloseComponent(); }));
        page.WaitForState(() => Rest.Asked.Count(a => a == "/api/v1/containers") == 2);

        var e = new ALog().Add("container_started", 0, stream: "container/" + web.Id);
        await live.WriteAsync(Encoding.UTF8.GetBytes($"data: {JsonSerializer.Serialize(e, JsonSerializerOptions.Web)}\n\n"), Xunit.TestContext.Current.CancellationToken);

        page.WaitForAssertion(() => page.Find(".notice.bad").TextContent.ShouldContain("nobody expected this"));
    }

    [Fact]
    public void A_store_that_is_away_is_said_in_words()
    {
        Rest.StoreIsAway = true;

        var page = Render<MainLayout>(p => p.Add(l => l.Body, b => { b.OpenComponent<ContainersPage>(0); b.CloseComponent(); }));

        page.WaitForAssertion(() =>
        {
            var notice = page.FindAll(".notice.bad").Single().TextContent;
            notice.ShouldContain("The event store does not answer.");
            notice.ShouldContain("Containers run on.");
            notice.ShouldContain("connection refused");
        });
    }
}
