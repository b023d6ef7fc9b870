using Shiplog.Dashboard.Containers;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Containers;

public class WalkingThroughTheStates
{
    [Fact]
    public void A_run_is_created_running_exited_with_the_time_in_each()
    {
        var path = StatePath.Of(ALog.OfARun().Events);

        path.Select(s => s.State).ShouldBe(["created", "running", "exited"]);
        path[0].Dwell(ALog.Noon).ShouldBe(TimeSpan.FromMilliseconds(60));
        path[1].Dwell(ALog.Noon).ShouldBe(TimeSpan.FromSeconds(2));
        path[2].Until.ShouldBeNull();
        path[2].Dwell(ALog.Noon.AddMilliseconds(3060)).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_pause_around_a_commit_is_a_stay_of_its_own()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_started", 10);
        log.Add("container_paused", 20);
        log.Add("container_unpaused", 25);

        StatePath.Of(log.Events).Select(s => s.State).ShouldBe(["created", "running", "paused", "running"]);
    }

    [Fact]
    public void Between_two_tries_it_is_restarting_and_never_exited()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_started", 10);
        log.Add("container_exited", 20);
        log.Add("container_restart_scheduled", 20, new { Attempt = 1 });
        log.Add("container_started", 120, new { Attempt = 1 });
        log.Add("container_exited", 130);
        log.Add("container_restart_scheduled", 130, new { Attempt = 2 });
        log.Add("container_restart_cancelled", 200);

        var path = StatePath.Of(log.Events);
        path.Select(s => s.State).ShouldBe(["created", "running", "restarting", "running", "restarting", "exited"]);
        path[2].Dwell(ALog.Noon).ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void An_exit_during_a_removal_does_not_leave_removing()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_started", 10);
        log.Add("container_remove_requested", 20);
        log.Add("container_exited", 30);
        log.Add("container_removed", 40);

        StatePath.Of(log.Events).Select(s => s.State).ShouldBe(["created", "running", "removing", "removed"]);
    }

    [Fact]
    public void A_removal_that_failed_leaves_it_dead_and_a_start_that_failed_where_it_was()
    {
        var log = new ALog();
        log.Add("container_created", 0);
        log.Add("container_command_failed", 10, new { Command = "StartContainer" });
        log.Add("container_remove_requested", 20);
        log.Add("container_command_failed", 30, new { Command = "RemoveContainer" });

        StatePath.Of(log.Events).Select(s => s.State).ShouldBe(["created", "removing", "dead"]);
    }
}
