using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Recovery;

/// <summary>A server died between intent and outcome; the next one sees each command to its one outcome.</summary>
public sealed class DrivingOpenCommands
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_command_left_open_ends_in_exactly_one_outcome()
    {
        await using var cluster = await Cluster.StartAsync();
        var left = new List<(string Command, string Stream, string Expected)>();
        await using (var before = new TestStore(cluster))
        {
            var network = await before.CreateNetworkAsync();
            var (started, _) = await before.CreateContainerAsync();
            var start = await before.RequestStartAsync(started, network);
            left.Add((start.CommandId, Streams.Container(started), "container_started"));
            left.Add(await OpenAsync(before, (id, command) => new ContainerKillRequested(id, command, "KILL", Samples.At), "container_command_failed"));
            left.Add(await OpenAsync(before, (id, command) => new ContainerRemoveRequested(id, command, false, false, Samples.At), "container_removed"));
            left.Add(await OpenAsync(before, (id, command) => new ContainerStopRequested(id, command, null, 10, Samples.At), "container_command_failed"));
            left.Add(await OpenAsync(before, (id, command) => new ContainerFilesReadRequested(id, command, "/etc", "copy", Samples.At), "container_command_failed"));
            left.Add(await OpenAsync(before, (id, command) => new ContainerFilesWriteRequested(id, command, "/etc", false, false, Samples.At), "container_command_failed"));
            var pull = TestStore.Request();
            await before.Log.AppendAsync([(Streams.Reference("docker.io/library/x:1"), new ImagePullRequested(
                "docker.io/library/x:1", pull.CommandId, null, Samples.At))], pull, Cancellation);
            left.Add((pull.CommandId, Streams.Reference("docker.io/library/x:1"), "image_pull_failed"));
            var load = TestStore.Request();
            await before.Log.AppendAsync([(Streams.Load(load.CommandId), new ImageLoadRequested(load.CommandId, Samples.At))], load, Cancellation);
            left.Add((load.CommandId, Streams.Load(load.CommandId), "image_load_failed"));
        }

        await using var worker = await FakeWorker.StartAsync(cluster.Instance);
        worker.Script.Reports = order => order switch
        {
            Contracts.Orders.StartContainer o => [new ContainerStartedReport(o.ContainerId, 7, "crun", TimeSpan.FromMilliseconds(1), Samples.At)],
            Contracts.Orders.RemoveContainer o => [new ContainerRemovedReport(o.ContainerId, Samples.At)],
            Contracts.Orders.PullImage o => [new OrderFailedReport(o.Reference, new OrderFailure("PullImage", FailureKind.NotFound, "manifest unknown"), Samples.At)],
            // A stop that the worker answers without any fact: the server itself must end it.
            _ => null,
        };
        await using var server = await TestServer.StartAsync(cluster.Instance);
        await Eventually.TrueAsync(async () => await server.Get<OpenCommands>().CountAsync(Cancellation) == 0);

        foreach (var (command, stream, expected) in left)
        {
            var events = await server.Get<IEventFeed>().ReadAsync(0, stream, null, null, false, Cancellation).ToListAsync(Cancellation);
            var outcomes = events.Where(e => EventNames.TypeOf(e.Type) is not null && e.Causation == command && !e.Type.EndsWith("_requested", StringComparison.Ordinal)
                && e.Type != "container_created").ToList();
            outcomes.ShouldHaveSingleItem().Type.ShouldBe(expected);
        }
        worker.Script.Received.Select(o => o.CommandId).ShouldBeUnique();
        var sent = worker.Script.Received.OfType<Contracts.Orders.StartContainer>().ShouldHaveSingleItem();
        sent.CommandId.ShouldBe(left[0].Command);
        sent.Address!.Address.ShouldBe("10.77.0.2");
    }

    [Fact]
    public async Task With_the_worker_away_a_command_stays_open_and_is_driven_when_the_worker_comes()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var server = await TestServer.StartAsync(cluster.Instance);
        var log = server.Get<IEventLog>();
        var id = TestStore.NewId();
        var context = TestStore.Request();
        await log.AppendAsync([(Streams.Container(id), Samples.Created(id, "late", "x"))], TestStore.Request(), Cancellation);
        await log.AppendAsync([(Streams.Container(id), new ContainerStartRequested(id, context.CommandId, null, DateTimeOffset.UtcNow))], context, Cancellation);
        var container = (await log.FindContainerAsync(id, Cancellation)).ShouldNotBeNull();
        var away = await Should.ThrowAsync<Server.Orders.WorkerAwayException>(() => server.Get<Server.Orders.IWorker>().SendAsync(
            server.Get<Server.Orders.OrderFactory>().Start(container, new ContainerStartRequested(id, context.CommandId, null, Samples.At)), Cancellation));
        away.Message.ShouldContain(cluster.Instance.WorkerSocket);
        (await server.Get<OpenCommands>().IsOpenAsync(context.CommandId, Cancellation)).ShouldBeTrue();

        await using var worker = await FakeWorker.StartAsync(cluster.Instance);
        worker.Script.Reports = order => order is Contracts.Orders.StartContainer o
            ? [new ContainerStartedReport(o.ContainerId, 7, "crun", TimeSpan.FromMilliseconds(1), Samples.At)] : null;
        // What a real worker reports first. The sweep that it brings about leaves commands alone that may be on their way, so
        // the worker starts until the command is old enough.
        var number = 0;
        await Eventually.TrueAsync(async () =>
        {
            await worker.DeliverAsync(new ReportBatch(Environment.MachineName, "e", ++number, null, "worker-start", [
                new WorkerStartedReport("0", "6.1", "crun 1.8.1", "overlay2", 2, 1, DateTimeOffset.UtcNow)]));
            return !await server.Get<OpenCommands>().IsOpenAsync(context.CommandId, Cancellation);
        });
        (await log.FindContainerAsync(id, Cancellation))!.Status.ShouldBe(ContainerStatus.Running);
    }

    private static async Task<(string, string, string)> OpenAsync(TestStore store, Func<string, string, object> intent, string expected)
    {
        var (id, _) = await store.CreateContainerAsync();
        var context = TestStore.Request();
        await store.Log.AppendAsync([(Streams.Container(id), intent(id, context.CommandId))], context, Cancellation);
        return (context.CommandId, Streams.Container(id), expected);
    }
}
