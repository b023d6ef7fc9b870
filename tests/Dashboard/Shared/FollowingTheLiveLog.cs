using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Shared;

public sealed class FollowingTheLiveLog : IDisposable
{
    private readonly ARest _rest = new();
    private readonly BlockingCollection<(string LastEventId, Pipe Body)> _connections = [];
    private readonly LiveEvents _live;
    private readonly ALog _log = ALog.OfARun();

    public FollowingTheLiveLog()
    {
        _rest.Give("/api/v1/status", new StatusView("1", "harbor", true, true, "/s", 3, 0));
        _rest.Answer("/api/v1/events/stream", request =>
        {
            var pipe = new Pipe();
            _connections.Add((request.Headers.GetValues("Last-Event-ID").Single(), pipe));
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
        });
        _live = new LiveEvents(_rest.Client, TimeProvider.System, NullLogger<LiveEvents>.Instance);
    }

    [Fact]
    public void Nothing_is_asked_before_somebody_looks() => _rest.Asked.ShouldBeEmpty();

    [Fact]
    public async Task All_pages_share_one_connection_and_get_each_event()
    {
        using var one = _live.Subscribe();
        using var two = _live.Subscribe();
        var connection = Connection();
        connection.LastEventId.ShouldBe("3");
        await AfreshAsync(one);
        await AfreshAsync(two);

        await SendAsync(connection.Body, _log.Events[3]);

        (await NextAsync(one)).ShouldBe([4L]);
        (await NextAsync(two)).ShouldBe([4L]);
        _connections.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_broken_connection_is_made_again_after_the_last_event_seen_and_pages_are_told()
    {
        using var page = _live.Subscribe();
        var first = Connection();
        await AfreshAsync(page);
        await SendAsync(first.Body, _log.Events[3]);
        await SendAsync(first.Body, _log.Events[4]);
        (await NextAsync(page, 2)).ShouldBe([4L, 5L]);

        await first.Body.Writer.CompleteAsync();
        var second = Connection();

        second.LastEventId.ShouldBe("5");
        await AfreshAsync(page);
        await SendAsync(second.Body, _log.Events[5]);
        (await NextAsync(page)).ShouldBe([6L]);
    }

    [Fact]
    public async Task The_last_page_closes_the_connection_and_the_next_opens_another()
    {
        var page = _live.Subscribe();
        Connection();
        await AfreshAsync(page);
        var running = _live.Completion;

        page.Dispose();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        (await page.WaitAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        using var next = _live.Subscribe();
        Connection().LastEventId.ShouldBe("3");
    }

    [Fact]
    public async Task While_the_store_is_away_it_says_so_and_comes_back()
    {
        _rest.StoreIsAway = true;
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _live.Changed += () => said.TrySetResult();
        using var page = _live.Subscribe();
        await said.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        _live.IsLive.ShouldBeFalse();
        _live.Fault.ShouldBe("the event store does not answer: connection refused");

        _rest.StoreIsAway = false;
        Connection();

        await AfreshAsync(page);
        _live.IsLive.ShouldBeTrue();
    }

    [Fact]
    public void A_page_slower_than_the_log_is_told_to_read_everything_anew()
    {
        using var page = new LiveSubscription(_ => { });
        for (var i = 0; i < 2000; i++)
            page.Write(_log.Events[0]);

        page.Take().ShouldBeNull();
        page.Take().ShouldNotBeNull().ShouldBeEmpty();
    }

    public void Dispose()
    {
        _live.Dispose();
        _rest.Dispose();
        _connections.Dispose();
    }

    private (string LastEventId, Pipe Body) Connection() =>
        _connections.TryTake(out var connection, TimeSpan.FromSeconds(10)) ? connection : throw new TimeoutException("nobody connected");

    private static async Task AfreshAsync(LiveSubscription page)
    {
        (await page.WaitAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        page.Take().ShouldBeNull();
    }

    private static async Task<IReadOnlyList<long>> NextAsync(LiveSubscription page, int count = 1)
    {
        var seen = new List<long>();
        while (seen.Count < count && await page.WaitAsync(TestContext.Current.CancellationToken))
            seen.AddRange(page.Take().ShouldNotBeNull().Select(e => e.Sequence));
        return seen;
    }

    private static async Task SendAsync(Pipe body, EventView e) => await body.Writer.WriteAsync(
        Encoding.UTF8.GetBytes($": beat\n\nid: {e.Sequence}\ndata: {JsonSerializer.Serialize(e, JsonSerializerOptions.Web)}\n\n"), TestContext.Current.CancellationToken);
}
