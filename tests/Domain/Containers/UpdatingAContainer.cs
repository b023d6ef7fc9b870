using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Hosts;
using RestartPolicy = Shiplog.Domain.Containers.RestartPolicy;
using UpdateContainer = Shiplog.Domain.Containers.UpdateContainer;

namespace Shiplog.Domain.Tests.Containers;

public sealed class UpdatingAContainer
{
    private const long Megabyte = 1 << 20;

    private static readonly Resources Limits = new() { Memory = 64 * Megabyte, MemorySwap = 128 * Megabyte, PidsLimit = 10, CpuShares = 512 };

    [Fact]
    public void One_that_runs_has_an_intent_and_one_that_does_not_is_changed_at_once()
    {
        foreach (var life in (object[][])[Given.Started, Given.Paused, Given.Restarting])
            Decide(new() { CpuShares = 256 }, Made(Limits, life)).Event<ContainerUpdateRequested>().To.Resources.ShouldBe(Limits with { CpuShares = 256 });
        foreach (var life in (object[][])[[], Given.Exited])
            Decide(new() { CpuShares = 256 }, Made(Limits, life)).Event<ContainerUpdated>().To.Resources.ShouldBe(Limits with { CpuShares = 256 });
    }

    [Fact]
    public void What_was_and_what_will_be_are_told_whole()
    {
        var intent = Decide(new() { Memory = 32 * Megabyte, CpusetCpus = "0" }, Made(Limits, Given.Started), changesRestart: true, new RestartPolicy("always", 0))
            .Event<ContainerUpdateRequested>();
        intent.From.ShouldBe(new UpdatableOptions { Resources = Limits });
        intent.To.ShouldBe(new UpdatableOptions
        {
            Resources = Limits with { Memory = 32 * Megabyte, CpusetCpus = "0" },
            Restart = new RestartPolicy("always", 0),
        });
    }

    [Fact]
    public void A_limit_of_no_processes_is_no_limit_and_what_is_not_said_stays()
    {
        Decide(new() { PidsLimit = -1 }, Made(Limits)).Event<ContainerUpdated>().To.Resources!.PidsLimit.ShouldBe(0);
        Decide(new(), Made(Limits)).Event<ContainerUpdated>().To.Resources.ShouldBe(Limits);
        Decide(new(), Made(null)).Event<ContainerUpdated>().To.ShouldBe(new UpdatableOptions());
        Decide(new(), Made(null, restart: new RestartPolicy("always", 0)), changesRestart: true).Event<ContainerUpdated>().To.Restart.ShouldBeNull();
        Decide(new(), Made(null, restart: new RestartPolicy("always", 0))).Event<ContainerUpdated>().To.Restart.ShouldBe(new RestartPolicy("always", 0));
    }

    [Fact]
    public void What_does_not_go_together_with_what_it_has_is_refused_in_Dockers_words()
    {
        Refuses(new() { Memory = 256 * Megabyte }, Limits, "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
        Decide(new() { Memory = 256 * Megabyte, MemorySwap = -1 }, Made(Limits)).Event<ContainerUpdated>();
        Refuses(new() { NanoCpus = 1 }, new() { CpuPeriod = 100_000 }, "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
        Refuses(new() { NanoCpus = 1 }, new() { CpuQuota = 100_000 }, "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set");
        Refuses(new() { CpuPeriod = 5000 }, new() { NanoCpus = 1 }, "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set");
        Refuses(new() { CpuQuota = 5000 }, new() { NanoCpus = 1 }, "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set");
        var passing = Given.After(Container.Absent, CreateContainer.Decide(
            Given.Creation(host: Given.Host with { AutoRemove = true }), Container.Absent, Given.Busybox, Given.Now).Event<ContainerCreated>());
        Decide(new(), passing, changesRestart: true, new RestartPolicy("always", 0)).ShouldRefuse(
            RefusalKind.Conflict, $"Cannot update container {Given.ContainerId}: Restart policy cannot be updated because AutoRemove is enabled for the container");
    }

    [Fact]
    public void One_that_is_going_or_gone_refuses()
    {
        Decide(new(), Made(null, Given.Removing)).ShouldRefuse(
            RefusalKind.Conflict, $"Cannot update container {Given.ContainerId}: container is marked for removal and cannot be \"update\"");
        Decide(new(), Made(null, Given.Removed)).ShouldRefuse(RefusalKind.NotFound, $"No such container: {Given.ContainerId}");
        Decide(new(), Container.Absent with { Id = Given.ContainerId }).ShouldRefuse(RefusalKind.NotFound, $"No such container: {Given.ContainerId}");
    }

    [Fact]
    public void While_one_is_under_way_another_waits_and_the_outcome_is_what_holds()
    {
        var running = Made(Limits, Given.Started);
        var intent = Decide(new() { CpuShares = 256 }, running).Event<ContainerUpdateRequested>();
        var open = Given.After(running, intent);
        open.Host!.Resources.ShouldBe(Limits);
        Decide(new() { CpuShares = 128 }, open, id: "other").ShouldRefuse(
            RefusalKind.Conflict, $"Cannot update container {Given.ContainerId}: another update of it is under way, try again when that has ended");
        // A stop may be under way beside it, whichever comes first.
        var stopping = Given.After(open, new ContainerStopRequested(Given.ContainerId, "stop", null, 10, Given.Now));
        var command = new OpenCommand("x", "UpdateContainer", intent);
        var updated = RecordUpdated.Decide(new ContainerUpdatedReport(Given.ContainerId, Given.Now), stopping, command).Event<ContainerUpdated>();
        var after = Given.After(stopping, updated);
        (after.Host!.Resources!.CpuShares, after.OpenUpdate, after.OpenCommandId).ShouldBe((256, null, "stop"));
        Decide(new() { CpuShares = 128 }, after, id: "other").Event<ContainerUpdateRequested>().From.Resources!.CpuShares.ShouldBe(256);

        var failed = Given.After(open, new ContainerCommandFailed(Given.ContainerId, "x", "UpdateContainer", "UpdateContainer", "Internal", "busy", null, Given.Now));
        (failed.Host!.Resources, failed.OpenUpdate).ShouldBe((Limits, null));
    }

    [Fact]
    public void A_report_that_nobody_asked_for_adds_nothing()
    {
        var report = new ContainerUpdatedReport(Given.ContainerId, Given.Now);
        RecordUpdated.Decide(report, Made(Limits, Given.Started), null).ShouldBe(Decision.Nothing);
        CommandLife.Opens(Decide(new(), Made(null, Given.Started)).Event<ContainerUpdateRequested>())!.Kind.ShouldBe("UpdateContainer");
    }

    [Fact]
    public void What_Docker_would_leave_unsaid_is_refused()
    {
        UpdateRules.Fault(new Resources { MemorySwappiness = 3 }).ShouldBe("MemorySwappiness cannot be changed by an update: give it when the container is created");
        UpdateRules.Fault(new Resources { BlkioDeviceReadBps = [new("/dev/sda", 1)] })!.ShouldStartWith("BlkioDeviceReadBps ");
        UpdateRules.Fault(Limits).ShouldBeNull();
    }

    [Fact]
    public void Swap_is_not_guessed_at_an_update()
    {
        var host = new HostFeatures { MemoryLimit = true, SwapLimit = true };
        ResourceRules.Fit(new Resources { Memory = 64 * Megabyte }, host, [], update: true).MemorySwap.ShouldBe(0);
        ResourceRules.Fit(new Resources { Memory = 64 * Megabyte }, host, []).MemorySwap.ShouldBe(128 * Megabyte);
        ResourceRules.Fault(new Resources { MemorySwap = 64 * Megabyte }, host, update: true).ShouldBeNull();
        ResourceRules.Fault(new Resources { MemorySwap = 64 * Megabyte }, host).ShouldNotBeNull();
    }

    private static void Refuses(Resources asked, Resources has, string reason) =>
        Decide(asked, Made(has)).ShouldRefuse(RefusalKind.Conflict, $"Cannot update container {Given.ContainerId}: {reason}");

    private static Decision Decide(Resources asked, Container container, bool changesRestart = false, RestartPolicy? restart = null, string id = "x") =>
        UpdateContainer.Decide(new UpdateContainer(id, asked, changesRestart, restart), container, Given.Now);

    private static Container Made(Resources? limits, object[]? life = null, RestartPolicy? restart = null)
    {
        var host = Given.Host with { Resources = limits, Restart = restart };
        var created = CreateContainer.Decide(Given.Creation(host: host), Container.Absent, Given.Busybox, Given.Now).Event<ContainerCreated>();
        return Given.After(Given.After(Container.Absent, created), life ?? []);
    }
}
