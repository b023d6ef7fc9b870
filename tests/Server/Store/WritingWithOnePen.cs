using System.Collections.Concurrent;
using Shiplog.Contracts.Views;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

/// <summary>The order of numbers is the order of commits, so nobody who reads on from the last number misses an event.</summary>
public sealed class WritingWithOnePen(StoreFixture fixture)
{
    private TestStore Store => fixture.Store;

    [Fact]
    public async Task A_follower_sees_every_event_of_many_writers_in_order_and_none_twice()
    {
        const int writers = 8, each = 25;
        var from = await Store.Feed.LastSequenceAsync(TestStore.Cancellation);
        var written = new ConcurrentBag<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestStore.Cancellation);
        var seen = new List<EventView>();
        var follower = Task.Run(async () =>
        {
            await foreach (var e in Store.Feed.ReadAsync(from, null, null, null, follow: true, stop.Token))
            {
                seen.Add(e);
                if (seen.Count(s => s.Actor == "unix:pen-test") == writers * each)
                    return;
            }
        }, stop.Token);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                var id = TestStore.NewId();
                var context = TestStore.Request(actor: "unix:pen-test");
                // Every fifth transaction is rolled back after it has drawn numbers: gaps must not hold the follower up.
                if (i % 5 == 0)
                    await RollBackAsync(context);
                await Store.Log.DecideAsync<Container>(
                    Streams.Container(id), _ => Decision.Accept(Samples.Created(id, "p" + id[..12], context.CommandId)), context, stop.Token);
                written.Add(Streams.Container(id));
            }
        }, stop.Token)));
        await follower.WaitAsync(Eventually.Patience, TestStore.Cancellation);

        seen.Select(e => e.Sequence).ShouldBeInOrder(SortDirection.Ascending);
        seen.Select(e => e.Sequence).ShouldBeUnique();
        seen.Where(e => e.Actor == "unix:pen-test").Select(e => e.Stream).Order().ShouldBe(written.Order());
    }

    [Fact]
    public async Task Each_commit_waits_for_the_disk()
    {
        var setting = await Store.Get<Pen>().WriteAsync(TestStore.Request(), "host", async writing =>
        {
            await using var command = writing.Session.Connection!.CreateCommand();
            command.CommandText = "show synchronous_commit";
            return (string?)await command.ExecuteScalarAsync(TestStore.Cancellation);
        }, TestStore.Cancellation);

        setting.ShouldBe("on");
    }

    private async Task RollBackAsync(CommandContext context)
    {
        var taken = await Store.CreateContainerAsync();
        var id = TestStore.NewId();
        (await Store.Log.DecideAsync<Container>(
            Streams.Container(id), _ => Decision.Accept(Samples.Created(id, taken.Name, context.CommandId)), context, TestStore.Cancellation))
            .ShouldBeOfType<Decision.Refused>();
    }

    [Fact]
    public async Task A_subscriber_is_told_in_order_before_the_writer_has_its_answer()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var told = new List<string>();
        using (Store.Feed.Subscribe(Streams.Container(id), e => told.Add(e.GetType().Name)))
        {
            var start = await Store.RequestStartAsync(id);
            told.ShouldBe(["ContainerStartRequested"]);
            await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
            told.ShouldBe(["ContainerStartRequested", "RootFsMounted", "ContainerStarted"]);
            await Store.Facts.RecordAsync(Samples.Batch(null, "process-exit", Samples.ExitReports(id, start)), TestStore.Cancellation);
        }
        told.Count.ShouldBe(5);
        await Store.RequestStartAsync(id);
        told.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_subscriber_that_throws_disturbs_neither_the_writer_nor_the_others()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var told = 0;
        using var bad = Store.Feed.Subscribe(Streams.Container(id), _ => throw new InvalidOperationException("mine"));
        using var good = Store.Feed.Subscribe(Streams.Container(id), _ => told++);
        await Store.RequestStartAsync(id);
        told.ShouldBe(1);
    }

    [Fact]
    public async Task Decisions_on_one_stream_see_each_other()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var accepted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Store.Log.DecideAsync<Container>(
            Streams.Container(id),
            c => c.OpenCommandId is null
                ? Decision.Accept(new ContainerStopRequested(id, Guid.NewGuid().ToString(), null, 10, DateTimeOffset.UtcNow))
                : Decision.Refuse(RefusalKind.Conflict, "another is under way"),
            TestStore.Request(), TestStore.Cancellation)));
        accepted.Count(d => d is Decision.Accepted).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_server_is_refused_with_the_reason()
    {
        await Store.CreateContainerAsync();
        await using var second = new TestStore(fixture.Cluster);
        var refused = await Should.ThrowAsync<StoreAwayException>(() => second.CreateContainerAsync());
        refused.Message.ShouldContain("another Shiplog server");
    }

    [Fact]
    public async Task A_client_that_hangs_up_after_the_decision_does_not_undo_it()
    {
        var id = TestStore.NewId();
        using var client = CancellationTokenSource.CreateLinkedTokenSource(TestStore.Cancellation);
        var context = TestStore.Request();
        await Store.Log.DecideAsync<Container>(Streams.Container(id), _ =>
        {
            client.Cancel();
            return Decision.Accept(Samples.Created(id, "h" + id[..10], context.CommandId));
        }, context, client.Token);
        (await Store.Log.FindContainerAsync(id, TestStore.Cancellation)).ShouldNotBeNull();
    }
}
