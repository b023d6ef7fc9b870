using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Volumes;
using CreateVolume = Shiplog.Domain.Volumes.CreateVolume;
using RemoveVolume = Shiplog.Domain.Volumes.RemoveVolume;

namespace Shiplog.Domain.Tests.Volumes;

public sealed class TheLifeOfAVolume
{
    private static readonly VolumeWanted Wanted = new("data", "local", [], [], false);
    private static readonly Volume Present = Volume.Apply(Volume.Absent, new VolumeCreated("data", "create", "local", [], [], null, false, Given.Now));

    [Fact]
    public void A_repeated_command_has_its_effect_once()
    {
        var intent = CreateVolume.Decide(new CreateVolume("c", Wanted), Volume.Absent, Given.Now).Event<VolumeCreateRequested>();
        CreateVolume.Decide(new CreateVolume("c", Wanted), Volume.Apply(Volume.Absent, intent), Given.Now).ShouldBe(Decision.Nothing);
        CreateVolume.Decide(new CreateVolume("d", Wanted), Volume.Apply(Volume.Absent, intent), Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, "create data: the volume is being created");
        CreateVolume.Decide(new CreateVolume("d", Wanted), Present, Given.Now).ShouldBe(Decision.Nothing);
        var removing = Volume.Apply(Present, RemoveVolume.Decide(new RemoveVolume("r", "data", false), Present, [], Given.Now).Event<VolumeRemoveRequested>());
        RemoveVolume.Decide(new RemoveVolume("r", "data", false), removing, [], Given.Now).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void Facts_are_recorded_once_each()
    {
        var mounted = new MountedVolume("data", "/d", false, true);
        var report = new VolumesMountedReport("c1", [mounted], TimeSpan.FromMilliseconds(2), Given.Now);
        var fact = RecordVolume.Decide(mounted, report, Present).Event<VolumeMounted>();
        var after = Volume.Apply(Present, fact);
        after.Uses.ShouldBe([new VolumeUse("c1", "/d")]);
        RecordVolume.Decide(mounted, report, after).ShouldBe(Decision.Nothing);
        var unmounted = new VolumesUnmountedReport("c1", [mounted], Given.Now);
        var left = Volume.Apply(after, RecordVolume.Decide(mounted, unmounted, after).Event<VolumeUnmounted>());
        left.Uses.ShouldBeEmpty();
        RecordVolume.Decide(mounted, unmounted, left).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void A_removal_that_fails_leaves_the_volume_and_a_creation_that_fails_leaves_none()
    {
        var failure = new OrderFailure("RemoveVolume", FailureKind.Conflict, "busy");
        var intent = RemoveVolume.Decide(new RemoveVolume("r", "data", false), Present, [], Given.Now).Event<VolumeRemoveRequested>();
        var removing = Volume.Apply(Present, intent);
        var failed = RecordVolume.Decide(failure, new OpenCommand("r", "RemoveVolume", intent), Given.Now).Event<VolumeCommandFailed>();
        Volume.Apply(removing, failed).Status.ShouldBe(VolumeStatus.Present);
        var asked = CreateVolume.Decide(new CreateVolume("c", Wanted), Volume.Absent, Given.Now).Event<VolumeCreateRequested>();
        failed = RecordVolume.Decide(failure, new OpenCommand("c", "CreateVolume", asked), Given.Now).Event<VolumeCommandFailed>();
        Volume.Apply(Volume.Apply(Volume.Absent, asked), failed).Status.ShouldBe(VolumeStatus.Absent);
    }

    [Fact]
    public void One_in_use_stays_whatever_force_says()
    {
        RemoveVolume.Decide(new RemoveVolume("r", "data", true), Present, ["c1", "c2"], Given.Now)
            .ShouldRefuse(RefusalKind.Conflict, "remove data: volume is in use - [c1, c2]");
        RemoveVolume.Decide(new RemoveVolume("r", "data", false), Volume.Absent, [], Given.Now).ShouldRefuse(RefusalKind.NotFound, "get data: no such volume");
        RemoveVolume.Decide(new RemoveVolume("r", "data", true), Volume.Absent, [], Given.Now).ShouldBe(Decision.Nothing);
    }

    [Fact]
    public void A_container_that_shares_a_volume_which_has_gone_meanwhile_is_not_made()
    {
        var shared = MountPlan.Make(RequestedMounts.None with { Binds = ["data:/d"] }, [], [], () => "", out _)!.Points;
        var plan = MountPlan.Make(RequestedMounts.None with { VolumesFrom = ["other"] }, [], [(shared, false)], () => "", out _)!;
        var created = Domain.Containers.CreateContainer.Decide(Given.Creation(), Domain.Containers.Container.Absent, Given.Busybox, Given.Now);
        CreateVolume.Beside(created, plan, new Dictionary<string, Volume>(), Given.Now).ShouldRefuse(RefusalKind.NotFound, "get data: no such volume");
        CreateVolume.Beside(created, plan, new Dictionary<string, Volume> { ["data"] = Present }, Given.Now).ShouldBeOfType<Decision.Accepted>().Events.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("addr=1.2.3.4,rw", "addr=1.2.3.4,rw")]
    [InlineData("username=u,password=p=q,vers=3", "username=u,password=***,vers=3")]
    [InlineData("PASS=x", "PASS=***")]
    public void What_is_stored_of_options_holds_no_secret(string given, string stored) =>
        LocalDriver.WithoutSecrets(new Dictionary<string, string> { ["type"] = "t", ["o"] = given })["o"].ShouldBe(stored);
}
