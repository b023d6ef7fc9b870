using System.Text;
using System.Text.Json;
using Bunit;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Layout;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Pages;

public class ShowingTheLastChanges : ABrowser
{
    [Fact]
    public async Task An_event_that_was_read_and_is_told_as_well_is_shown_once()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_started", 1);
        Rest.Give("/api/v1/status", new StatusView("1.2.3", "harbor", true, true, "/run/shiplog/docker.sock", 2, 0));
        Rest.Give("/api/v1/events", log.Events);
        var live = GoLive();
        var card = Render<LastChanges>();
        // Once for the page, once for the live log that has just begun.
        card.WaitForState(() => Rest.Asked.Count(a => a.StartsWith("/api/v1/events?", StringComparison.Ordinal)) == 2);

        foreach (var e in (EventView[])[log.Events[1], log.Add("container_exited", 2)])
            await live.WriteAsync(Encoding.UTF8.GetBytes($"data: {JsonSerializer.Serialize(e, JsonSerializerOptions.Web)}\n\n"), Xunit.TestContext.Current.CancellationToken);

        card.WaitForState(() => card.Markup.Contains("container exited", StringComparison.Ordinal));
        card.FindAll("li").Count.ShouldBe(3);
        card.FindAll("li")[0].TextContent.ShouldContain("container exited");
    }
}
