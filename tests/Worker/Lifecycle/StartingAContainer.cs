using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class StartingAContainer
{
    [Fact]
    public async Task Reports_each_step_in_order_and_its_end_with_the_undo_facts()
    {
        await using var host = await WorkerHost.StartAsync();
        var order = host.Start(["sh", "-c", "exit 7"]);
        var outcome = await host.Server.SendAsync(order);
        outcome.Failure.ShouldBeNull();
        (await host.Server.ReceivedAsync<ContainerExitedReport>()).ExitCode.ShouldBe(7);
        host.Server.Reports.Select(r => r.GetType().Name).ShouldBe([
            "WorkerStartedReport", "RootFsMountedReport", "BridgeAttachedReport", "IpAssignedReport", "ContainerStartedReport",
            "ContainerExitedReport", "IpReleasedReport", "BridgeDetachedReport", "RootFsUnmountedReport"]);
        host.Server.Batches.Select(b => b.CommandId).ShouldBe([null, order.CommandId, null]);
    }
}
