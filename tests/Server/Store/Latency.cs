using System.Diagnostics;
using Marten;
using Microsoft.Extensions.Logging.Abstractions;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

public sealed class Latency(StoreFixture fixture, ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Of_an_intent_and_of_a_batch()
    {
        var store = fixture.Store;
        // Histories follow meanwhile, as in a server.
        using var histories = new HistoryDaemon(store.Get<IDocumentStore>(), TimeProvider.System, NullLogger<HistoryDaemon>.Instance);
        await histories.StartAsync(TestStore.Cancellation);
        var network = await store.CreateNetworkAsync("10.78.0.0/16", "10.78.0.1");
        List<double> create = [], start = [], batch = [], exit = [];
        for (var i = 0; i < 400; i++)
        {
            var t0 = Stopwatch.GetTimestamp();
            var (id, _) = await store.CreateContainerAsync();
            var t1 = Stopwatch.GetTimestamp();
            var started = await store.RequestStartAsync(id, network);
            var t2 = Stopwatch.GetTimestamp();
            await store.Facts.RecordAsync(Samples.Batch(started.CommandId, null, Samples.StartReports(id, started)), TestStore.Cancellation);
            var t3 = Stopwatch.GetTimestamp();
            await store.Facts.RecordAsync(Samples.Batch(null, "process-exit", Samples.ExitReports(id, started)), TestStore.Cancellation);
            var t4 = Stopwatch.GetTimestamp();
            if (i < 100)
                continue;
            create.Add(Stopwatch.GetElapsedTime(t0, t1).TotalMilliseconds);
            start.Add(Stopwatch.GetElapsedTime(t1, t2).TotalMilliseconds);
            batch.Add(Stopwatch.GetElapsedTime(t2, t3).TotalMilliseconds);
            exit.Add(Stopwatch.GetElapsedTime(t3, t4).TotalMilliseconds);
        }
        await histories.StopAsync(TestStore.Cancellation);
        foreach (var (name, list) in new[] { ("create", create), ("start", start), ("batch4", batch), ("exit4", exit) })
        {
            list.Sort();
            output.WriteLine($"{name}: p50 {list[list.Count / 2]:F2} p90 {list[list.Count * 9 / 10]:F2} p99 {list[list.Count * 99 / 100]:F2} ms");
        }
    }
}
