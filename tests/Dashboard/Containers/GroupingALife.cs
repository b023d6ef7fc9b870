using Shiplog.Dashboard.Containers;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Containers;

public class GroupingALife
{
    private static readonly DateTimeOffset Later = ALog.Noon.AddHours(1);

    [Fact]
    public void A_run_has_four_chapters_in_order()
    {
        var phases = Timeline.Of(ALog.OfARun().Events, null, Later);

        phases.Select(p => p.Kind).ShouldBe([PhaseKind.Making, PhaseKind.Starting, PhaseKind.Running, PhaseKind.Ending]);
        phases.SelectMany(p => p.Rows).Select(r => r.Event.Type).ShouldBe(ALog.OfARun().Events.Select(e => e.Type));
    }

    [Fact]
    public void The_seven_steps_are_numbered()
    {
        var log = ALog.OfARun();
        var pulled = new ALog().Add("image_pulled", -5000, new { ImageId = ALog.Image, StartedAt = ALog.Noon.AddSeconds(-7) }, "image/" + ALog.Image);

        var rows = Timeline.Of(log.Events, pulled, Later).SelectMany(p => p.Rows).ToArray();

        rows.Where(r => r.Step is not null).Select(r => (r.Step!.Value, r.Event.Type)).ShouldBe([
            (1, "image_pulled"), (2, "container_created"), (3, "rootfs_mounted"), (4, "bridge_attached"), (5, "ip_assigned"),
            (6, "container_started"), (7, "container_exited")]);
        rows[0].Duration.ShouldBe(TimeSpan.FromSeconds(2));
        rows[0].Offset.ShouldBe(TimeSpan.FromSeconds(-5));
    }

    [Fact]
    public void A_step_is_drawn_from_its_beginning_on_the_scale_of_its_start()
    {
        var start = Timeline.Of(ALog.OfARun().Events, null, Later)[1];
        var mount = start.Rows.Single(r => r.Event.Type == "rootfs_mounted");

        (start.To!.Value - start.From).ShouldBe(TimeSpan.FromMilliseconds(50));
        mount.Offset.ShouldBe(TimeSpan.FromMilliseconds(6));
        mount.Start.ShouldBe(6 / 50d, 1e-9);
        mount.Width.ShouldBe(4 / 50d, 1e-9);
        start.Rows.ShouldAllBe(r => r.Start >= 0 && r.Start + r.Width <= 1 + 1e-9);
    }

    [Fact]
    public void A_run_is_as_long_as_its_program_ran()
    {
        var run = Timeline.Of(ALog.OfARun().Events, null, Later)[2];

        run.From.ShouldBe(ALog.Noon.AddMilliseconds(60));
        run.To.ShouldBe(ALog.Noon.AddMilliseconds(2060));
        run.Rows[0].Start.ShouldBe(0.47, 1e-9);
    }

    [Fact]
    public void Every_try_of_a_restart_policy_is_a_start_of_its_own()
    {
        var log = ALog.OfARun();
        log.Add("container_restart_scheduled", 2060, new { Attempt = 1 });
        log.Add("container_started", 2160, new { Attempt = 1 });

        var kinds = Timeline.Of(log.Events.Where(e => e.Type is not ("ip_released" or "bridge_detached" or "rootfs_unmounted")).ToArray(), null, Later);

        kinds.Select(p => (p.Kind, p.Run)).ShouldBe([
            (PhaseKind.Making, 0), (PhaseKind.Starting, 1), (PhaseKind.Running, 1), (PhaseKind.Ending, 1), (PhaseKind.Starting, 2)]);
    }

    [Fact]
    public void What_goes_on_has_no_end_and_reaches_the_present()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_start_requested", 1);
        log.Add("container_started", 50);
        log.Add("container_attached", 1050);

        var last = Timeline.Of(log.Events, null, ALog.Noon.AddMilliseconds(10_050))[^1];

        last.Kind.ShouldBe(PhaseKind.Running);
        last.To.ShouldBeNull();
        last.Rows[0].Start.ShouldBe(0.1, 1e-9);
    }

    [Fact]
    public void A_failed_start_keeps_its_undo_and_is_marked()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_start_requested", 1);
        log.Add("rootfs_mounted", 5, new { DurationMs = 3.0 });
        log.Add("step_failed", 9, new { Step = "AttachBridge", Phase = "do", Error = "no such bridge" });
        log.Add("rootfs_unmounted", 10);
        log.Add("container_command_failed", 11, new { Command = "StartContainer", Error = "no such bridge" });
        log.Add("container_renamed", 500, new { OldName = "a", Name = "b" });

        var phases = Timeline.Of(log.Events, null, Later);

        phases.Select(p => p.Kind).ShouldBe([PhaseKind.Making, PhaseKind.Starting, PhaseKind.Resting]);
        phases[1].Failed.ShouldBeTrue();
        phases[1].Rows.Count.ShouldBe(5);
        phases[1].Rows.Single(r => r.Event.Type == "step_failed").Step.ShouldBe(4);
    }

    [Fact]
    public void A_second_start_begins_a_new_chapter()
    {
        var log = ALog.OfARun();
        log.Add("container_start_requested", 3000);
        log.Add("container_started", 3050);

        var phases = Timeline.Of(log.Events, null, Later);

        phases.Count(p => p.Kind == PhaseKind.Starting).ShouldBe(2);
        phases[^1].Run.ShouldBe(2);
    }

    [Theory]
    [InlineData(false, PhaseKind.Ending)]
    [InlineData(true, PhaseKind.Removing)]
    public void A_removal_belongs_to_the_end_only_where_the_container_removes_itself(bool asked, PhaseKind expected)
    {
        var log = ALog.OfARun();
        if (asked)
            log.Add("container_remove_requested", 5000);
        log.Add("container_removed", asked ? 5005 : 2071);

        var last = Timeline.Of(log.Events, null, Later)[^1];

        last.Kind.ShouldBe(expected);
        last.Rows[^1].Event.Type.ShouldBe("container_removed");
    }

    [Fact]
    public void The_outcome_of_a_stop_stays_with_the_end_that_it_asked_for()
    {
        var log = ALog.OfARun(143);
        log.Add("container_stopped", 2071);

        var last = Timeline.Of(log.Events, null, Later)[^1];

        last.Kind.ShouldBe(PhaseKind.Ending);
        last.Rows[^1].Event.Type.ShouldBe("container_stopped");
    }

    [Fact]
    public void No_event_is_lost_or_doubled_however_strange_the_order()
    {
        string[] types = ["container_created", "container_start_requested", "container_started", "container_exited", "rootfs_unmounted",
            "container_stopped", "container_remove_requested", "container_removed", "step_failed", "container_command_failed", "container_paused"];
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var log = new ALog();
            for (var i = 0; i < 12; i++)
                log.Add(types[random.Next(types.Length)], i * 10);

            var shown = Timeline.Of(log.Events, null, Later).SelectMany(p => p.Rows).ToArray();

            shown.Select(r => r.Event.Sequence).ShouldBe(log.Events.Select(e => e.Sequence));
            shown.ShouldAllBe(r => r.Start >= 0 && r.Start <= 1 && r.Width >= 0 && r.Width <= 1);
        }
    }
}
