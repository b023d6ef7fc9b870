using System.Text.Json;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Events;
using Shiplog.Dashboard.Shared;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Events;

public class PagingTheLog
{
    private static readonly EventFilter Everything = new("", "");

    [Fact]
    public async Task The_newest_come_first_and_the_next_page_goes_on_where_it_ended()
    {
        using var rest = ALogOf(250);
        var events = new EventsService(rest.Client);

        var first = await events.BeforeAsync(null, Everything, 100, TestContext.Current.CancellationToken);
        var second = await events.BeforeAsync(first.ReachedFrom, Everything, 100, TestContext.Current.CancellationToken);
        var third = await events.BeforeAsync(second.ReachedFrom, Everything, 100, TestContext.Current.CancellationToken);

        first.Events.Concat(second.Events).Concat(third.Events).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 250).Reverse().Select(i => (long)i));
        (first.IsStart, third.IsStart).ShouldBe((false, true));
    }

    [Fact]
    public async Task Gaps_in_the_sequence_lose_nothing()
    {
        using var rest = ALogOf(300, sequence => sequence % 3 == 0);
        var events = new EventsService(rest.Client);
        var (seen, before) = (new List<long>(), (long?)null);
        for (var page = 0; page < 20; page++)
        {
            var part = await events.BeforeAsync(before, Everything, 40, TestContext.Current.CancellationToken);
            seen.AddRange(part.Events.Select(e => e.Sequence));
            before = part.ReachedFrom;
            if (part.IsStart)
                break;
        }

        seen.ShouldBe(Enumerable.Range(1, 300).Where(i => i % 3 == 0).Reverse().Select(i => (long)i));
    }

    [Fact]
    public async Task A_filter_searches_far_and_says_how_far_it_has_come()
    {
        using var rest = ALogOf(20_000);
        var events = new EventsService(rest.Client);

        var page = await events.BeforeAsync(null, new EventFilter("no_such_type", ""), 100, TestContext.Current.CancellationToken);

        page.Events.ShouldBeEmpty();
        page.IsStart.ShouldBeFalse();
        page.ReachedFrom.ShouldBeInRange(2, 19_000);
    }

    [Fact]
    public async Task A_store_that_is_away_is_not_an_empty_log()
    {
        using var rest = ALogOf(10);
        rest.Give("/api/v1/status", new StatusView("1", "harbor", false, true, "/s", 0, 0));

        var fault = await Should.ThrowAsync<RestException>(
            () => new EventsService(rest.Client).BeforeAsync(null, Everything, 100, TestContext.Current.CancellationToken));

        fault.Fault.ShouldBe(RestFault.StoreAway);
    }

    [Fact]
    public async Task An_empty_log_is_at_its_start()
    {
        using var rest = ALogOf(0);

        var page = await new EventsService(rest.Client).BeforeAsync(null, Everything, 100, TestContext.Current.CancellationToken);

        page.Events.ShouldBeEmpty();
        page.IsStart.ShouldBeTrue();
    }

    [Fact]
    public void News_are_put_on_top_once_and_a_page_does_not_grow_without_limit()
    {
        var log = new ALog();
        for (var i = 0; i < 400; i++)
            log.Add("container_started", i);
        var page = new EventPage([log.Events[1], log.Events[0]], 1);

        page.Prepend([log.Events[2], log.Events[1]]).Events.Select(e => e.Sequence).ShouldBe([3, 2, 1]);
        var long_ = page.Prepend([.. log.Events.Reverse()]);
        long_.Events.Count.ShouldBe(300);
        long_.ReachedFrom.ShouldBe(101);
    }

    [Theory]
    [InlineData("failures", "", "step_failed")]
    [InlineData("container_started", "", "container_started")]
    [InlineData("image*", "", "image_tagged")]
    [InlineData("", "mounted OVERLAY2", "rootfs_mounted")]
    public void A_filter_lets_through_what_it_names(string type, string text, string expected)
    {
        var log = new ALog();
        log.Add("container_started", 0);
        log.Add("step_failed", 0);
        log.Add("rootfs_mounted", 0, new { Driver = "overlay2" });
        log.Add("image_tagged", 0, stream: "image/" + ALog.Image);

        log.Events.Where(new EventFilter(type, text).Matches).Select(e => e.Type).ShouldBe([expected]);
    }

    private static ARest ALogOf(int length, Func<long, bool>? exists = null)
    {
        var log = new ALog();
        for (var i = 0; i < length; i++)
            log.Add("container_started", i);
        var events = log.Events.Where(e => exists?.Invoke(e.Sequence) ?? true).ToArray();
        var rest = new ARest();
        rest.Give("/api/v1/status", new StatusView("1", "harbor", true, true, "/s", length, 0));
        rest.On("/api/v1/events", query => JsonSerializer.Serialize(
            events.Where(e => e.Sequence > long.Parse(query["after"]!)).Take(int.Parse(query["limit"]!)), JsonSerializerOptions.Web));
        return rest;
    }
}
