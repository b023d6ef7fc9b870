using System.Diagnostics;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

/// <summary>PostgreSQL goes away and comes back.</summary>
public sealed class LosingPostgres
{
    [Fact]
    public async Task It_is_said_at_once_and_work_goes_on_when_it_is_back()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var store = new TestStore(cluster);
        var (id, name) = await store.CreateContainerAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestStore.Cancellation);
        var begun = new TaskCompletionSource();
        var followed = FollowAsync(store, 2, begun, stop.Token);
        await begun.Task.WaitAsync(Eventually.Patience, TestStore.Cancellation);
        await store.RequestStartAsync(id);

        await cluster.StopPostgresAsync();
        var clock = Stopwatch.StartNew();
        (await Should.ThrowAsync<StoreAwayException>(() => store.CreateContainerAsync())).Message.ShouldContain("does not answer");
        await Should.ThrowAsync<StoreAwayException>(() => store.Log.FindContainerAsync(name, TestStore.Cancellation));
        await Should.ThrowAsync<StoreAwayException>(() => store.Feed.LastSequenceAsync(TestStore.Cancellation));
        await Should.ThrowAsync<StoreAwayException>(() => store.Facts.RecordAsync(Samples.Batch(null, "process-exit"), TestStore.Cancellation));
        // Had each waited for a connection, it would have been a minute.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));

        await cluster.StartPostgresAsync();
        (await store.Log.FindContainerAsync(name, TestStore.Cancellation)).ShouldNotBeNull().Id.ShouldBe(id);
        await store.CreateContainerAsync();
        // The follower, too, outlived the absence.
        (await followed.WaitAsync(Eventually.Patience, TestStore.Cancellation)).ShouldBe(["container_created", "container_created"]);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_server_may_start_before_it()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.StopPostgresAsync();
        await using var store = new TestStore(cluster);
        await Should.ThrowAsync<StoreAwayException>(() => store.CreateContainerAsync());
        await cluster.StartPostgresAsync();
        await store.CreateContainerAsync();
    }

    [Fact]
    public async Task A_backend_killed_between_two_decisions_is_replaced_unnoticed()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var store = new TestStore(cluster);
        await store.CreateContainerAsync();
        await cluster.PsqlAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shiplog-server'");
        var id = TestStore.NewId();
        var told = 0;
        using var subscription = store.Feed.Subscribe(Streams.Container(id), _ => told++);
        await store.Log.DecideAsync<Container>(
            Streams.Container(id), _ => Decision.Accept(Samples.Created(id, "k" + id[..10], "x")), TestStore.Request(), TestStore.Cancellation);
        told.ShouldBe(1);
    }

    private static async Task<List<string>> FollowAsync(TestStore store, int count, TaskCompletionSource begun, CancellationToken cancellation)
    {
        var types = new List<string>();
        await foreach (var e in store.Feed.ReadAsync(0, null, null, null, follow: true, cancellation))
        {
            begun.TrySetResult();
            if (e.Type == "container_created")
                types.Add(e.Type);
            if (types.Count == count)
                break;
        }
        return types;
    }
}
