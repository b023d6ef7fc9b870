using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

/// <summary>When a restart policy runs a program again, by its journal alone.</summary>
public sealed class BackingOff
{
    private static readonly DateTimeOffset Now = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    [Fact]
    public void The_back_off_doubles_from_100_ms_to_a_minute()
    {
        var record = Record(RestartCondition.Always);
        var delays = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var next = RestartRule.Next(record, Exit(0), Now)!;
            next.Attempt.ShouldBe(i + 1);
            next.NextAt.ShouldBe(Now + next.Delay);
            delays.Add(next.Delay.TotalSeconds);
            record = record with { Restart = next };
        }

        delays.ShouldBe([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60]);
    }

    [Fact]
    public void A_run_of_ten_seconds_begins_it_anew_and_goes_on_counting()
    {
        var record = Record(RestartCondition.Always) with { Restart = new RestartProgress(7, TimeSpan.FromSeconds(6.4), Now), StartedAt = Now.AddSeconds(-10) };
        var next = RestartRule.Next(record, Exit(1), Now)!;
        (next.Attempt, next.Delay).ShouldBe((8, RestartRule.FirstDelay));
        RestartRule.Next(record with { StartedAt = Now.AddSeconds(-9.9) }, Exit(1), Now)!.Delay.ShouldBe(TimeSpan.FromSeconds(12.8));
    }

    [Fact]
    public void On_failure_wants_a_failure_and_may_be_limited()
    {
        RestartRule.Next(Record(RestartCondition.OnFailure), Exit(0), Now).ShouldBeNull();
        RestartRule.Next(Record(RestartCondition.OnFailure), Exit(255), Now).ShouldNotBeNull();
        var second = Record(RestartCondition.OnFailure, 2) with { Restart = new RestartProgress(1, RestartRule.FirstDelay, Now) };
        RestartRule.Next(second, Exit(1), Now)!.Attempt.ShouldBe(2);
        RestartRule.Next(second with { Restart = new RestartProgress(2, RestartRule.FirstDelay, Now) }, Exit(1), Now).ShouldBeNull();
    }

    [Fact]
    public void Without_a_policy_and_after_a_stop_by_hand_there_is_none()
    {
        RestartRule.Next(ContainerRecord.For(SomeOrder.Start), Exit(1), Now).ShouldBeNull();
        RestartRule.Next(Record(RestartCondition.UnlessStopped), Exit(1), Now).ShouldNotBeNull();
        RestartRule.Next(Record(RestartCondition.UnlessStopped) with { RestartOff = true }, Exit(1), Now).ShouldBeNull();
        RestartRule.Next(Record(RestartCondition.Always) with { RestartOff = true }, Exit(1), Now).ShouldBeNull();
    }

    private static ContainerRecord Record(RestartCondition condition, int count = 0) =>
        ContainerRecord.For(SomeOrder.Start with { Restart = new RestartPolicy(condition, count) }) with { StartedAt = Now };

    private static ContainerExitedReport Exit(int code) => new("container", code, false, null, Now);
}
