using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Containers;

public sealed class CheckingHealth
{
    private const long Second = 1_000_000_000;

    private static readonly Healthcheck OfImage = new(["CMD-SHELL", "wget -q localhost"], 10 * Second, 2 * Second, Second, 0, 4);

    [Fact]
    public void What_the_request_leaves_open_is_the_images() =>
        new Healthcheck([], 5 * Second, 0, 0, Second, 0).Over(OfImage)
            .ShouldBe(new Healthcheck(OfImage.Test, 5 * Second, 2 * Second, Second, Second, 4));

    [Fact]
    public void A_container_inherits_the_images_and_NONE_takes_it_away()
    {
        var image = Given.Busybox with
        {
            ConfigJson = """{"config":{"Cmd":["sh"],"Healthcheck":{"Test":["CMD","true"],"Interval":7000000000,"Retries":2}}}""",
        };
        var inherited = Created(image, Given.Open).Healthcheck!;
        (inherited.Test, inherited.Interval, inherited.Retries).ShouldSatisfyAllConditions(
            c => c.Test.ShouldBe(["CMD", "true"]), c => c.Interval.ShouldBe(7 * Second), c => c.Retries.ShouldBe(2));
        Created(image, Given.Open with { Healthcheck = new(["NONE"], 0, 0, 0, 0, 0) }).Healthcheck!.Command().ShouldBeEmpty();
    }

    [Fact]
    public void An_image_made_of_a_container_has_its_check()
    {
        ImageConfig.TryParse("{}", out var parent).ShouldBeTrue();
        ImageConfig.TryParse(parent.Child(Given.Open with { Healthcheck = OfImage }, [], null, null, Given.Now), out var child).ShouldBeTrue();
        child.Config.Healthcheck.ShouldNotBeNull();
        (child.Config.Healthcheck with { Test = OfImage.Test }).ShouldBe(OfImage);
        child.Config.Healthcheck.Test.ShouldBe(OfImage.Test);
    }

    [Fact]
    public void A_line_is_for_a_shell_and_what_is_not_said_is_Dockers_default()
    {
        OfImage.Command().ShouldBe(["/bin/sh", "-c", "wget -q localhost"]);
        new Healthcheck(["CMD", "true"], 0, 0, 0, 0, 0).Times().ShouldBe(
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromSeconds(5), 3));
    }

    [Theory]
    [InlineData(1, 0, 0, "Interval in Healthcheck cannot be less than 1ms")]
    [InlineData(0, 999_999, 0, "Timeout in Healthcheck cannot be less than 1ms")]
    [InlineData(0, 0, -1, "Retries in Healthcheck cannot be negative")]
    public void What_makes_no_sense_is_refused_in_Dockers_words(long interval, long timeout, int retries, string message) =>
        CreateContainer.Decide(
            Given.Creation(Given.Open with { Healthcheck = new(["CMD", "true"], interval, timeout, 0, 0, retries) }), Container.Absent, Given.Busybox, Given.Now)
            .ShouldRefuse(RefusalKind.Invalid, message);

    [Fact]
    public void A_start_begins_it_a_change_is_recorded_once_and_an_end_is_not_well()
    {
        var created = Given.Container();
        var running = Given.After(created with { Config = created.Config! with { Healthcheck = OfImage } }, Given.Started);
        running.Health.ShouldBe("starting");
        var report = new HealthChangedReport(Given.ContainerId, "starting", "healthy", 0, "ok", Given.Now);
        var healthy = Given.After(running, RecordHealth.Decide(report, running).Event<ContainerHealthChanged>());
        healthy.Health.ShouldBe("healthy");
        RecordHealth.Decide(report, healthy).ShouldBe(Decision.Nothing);
        RecordHealth.Decide(report, Given.Container(Given.Started)).ShouldBe(Decision.Nothing);
        Given.After(healthy, new ContainerExited(Given.ContainerId, 0, false, null, Given.Now)).Health.ShouldBe("unhealthy");
    }

    private static ContainerConfig Created(Image image, ContainerConfig config) => CreateContainer.Decide(
        Given.Creation(config), Container.Absent, image, Given.Now).Event<ContainerCreated>().Config;
}
