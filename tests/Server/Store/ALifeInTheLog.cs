using Shiplog.Contracts.Views;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

public sealed class ALifeInTheLog(StoreFixture fixture)
{
    private TestStore Store => fixture.Store;

    [Fact]
    public async Task A_container_started_and_exited_leaves_its_steps_in_order_with_who_and_why()
    {
        var network = await Store.CreateNetworkAsync();
        var (id, name) = await Store.CreateContainerAsync();
        var context = TestStore.Request(actor: "unix:alice");
        var start = await Store.RequestStartAsync(id, network, context);
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);

        var running = (await Store.Log.FindContainerAsync(name, TestStore.Cancellation)).ShouldNotBeNull();
        running.Status.ShouldBe(ContainerStatus.Running);
        running.Endpoint!.Address.ShouldBe("10.77.0.2");
        running.Config!.Labels.ShouldContainKey("com.Example.CamelCase");

        await Store.Facts.RecordAsync(Samples.Batch(null, "process-exit", Samples.ExitReports(id, start, 3)), TestStore.Cancellation);
        var exited = (await Store.Log.FindContainerAsync(id[..12], TestStore.Cancellation)).ShouldNotBeNull();
        exited.Status.ShouldBe(ContainerStatus.Exited);
        exited.ExitCode.ShouldBe(3);
        exited.Endpoint.ShouldBeNull();

        var events = await EventsAsync(id);
        events.Select(e => e.Type).ShouldBe([
            "container_created", "container_start_requested", "rootfs_mounted", "bridge_attached", "ip_assigned", "container_started",
            "container_exited", "ip_released", "bridge_detached", "rootfs_unmounted"]);
        events.Select(e => e.Version).ShouldBe(Enumerable.Range(1, 10).Select(n => (long)n));
        events[5].Actor.ShouldBe("unix:alice");
        events[5].Cause.ShouldBe("request");
        events[5].Correlation.ShouldBe(context.CorrelationId);
        events[5].Causation.ShouldBe(context.CommandId);
        events[5].Host.ShouldBe("testhost");
        events[6].Actor.ShouldBe("system");
        events[6].Cause.ShouldBe("process-exit");
        events[6].Correlation.ShouldBe(context.CorrelationId);
    }

    private async Task<List<EventView>> EventsAsync(string id) =>
        await Store.Feed.ReadAsync(0, Streams.Container(id), null, null, false, TestStore.Cancellation).ToListAsync(TestStore.Cancellation);
}
