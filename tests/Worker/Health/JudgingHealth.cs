using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Health;
using Shouldly;

namespace Shiplog.Worker.Tests.Health;

public sealed class JudgingHealth
{
    private static readonly DateTimeOffset Start = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    private static readonly HealthCheck Check = new(
        ["true"], TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), 2, false, 10);

    [Fact]
    public void Failures_in_the_start_period_count_for_nothing_until_it_was_well_once()
    {
        var health = Probe(HealthRule.Begin("run"), 1, 5);
        (health.Status, health.FailingStreak).ShouldBe(("starting", 0));
        health = Probe(health, 0, 6);
        health.Status.ShouldBe("healthy");
        Probe(health, 1, 7).FailingStreak.ShouldBe(1);
        Probe(Probe(HealthRule.Begin("run"), 1, 10), 1, 12).Status.ShouldBe("unhealthy");
    }

    [Fact]
    public void So_many_in_a_row_make_it_unhealthy_and_one_success_makes_it_well()
    {
        var health = Probe(Probe(Probe(HealthRule.Begin("run"), 0, 20), 1, 50), 1, 80);
        (health.Status, health.FailingStreak).ShouldBe(("unhealthy", 2));
        (Probe(health, 0, 110).Status, Probe(health, 0, 110).FailingStreak).ShouldBe(("healthy", 0));
    }

    [Fact]
    public void Five_probes_are_kept_the_oldest_first()
    {
        var health = HealthRule.Begin("run");
        for (var i = 1; i <= 7; i++)
            health = Probe(health, i, 20 + i);
        health.Log.Select(p => p.ExitCode).ShouldBe([3, 4, 5, 6, 7]);
    }

    [Fact]
    public void The_start_period_has_an_interval_of_its_own_and_ends_with_a_probe()
    {
        var starting = HealthRule.Begin("run");
        HealthRule.Wait(starting, Check, Start, Start).ShouldBe(TimeSpan.FromSeconds(2));
        HealthRule.Wait(starting, Check, Start, Start.AddSeconds(9)).ShouldBe(TimeSpan.FromSeconds(1));
        HealthRule.Wait(starting, Check, Start, Start.AddSeconds(10)).ShouldBe(TimeSpan.FromSeconds(30));
        HealthRule.Wait(starting with { Status = "healthy" }, Check, Start, Start.AddSeconds(4)).ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void A_probe_is_described_as_the_first_process_but_for_its_program_and_terminal()
    {
        var spec = JsonDocument.Parse(HealthProber.Spec(
            """{"process":{"terminal":true,"consoleSize":{"height":1,"width":2},"args":["sh"],"user":{"uid":7},"cwd":"/srv"}}""", ["wget", "-q"])).RootElement;
        spec.GetProperty("args").EnumerateArray().Select(a => a.GetString()).ShouldBe(["wget", "-q"]);
        spec.GetProperty("terminal").GetBoolean().ShouldBeFalse();
        spec.TryGetProperty("consoleSize", out _).ShouldBeFalse();
        (spec.GetProperty("user").GetProperty("uid").GetInt32(), spec.GetProperty("cwd").GetString()).ShouldBe((7, "/srv"));
    }

    private static ContainerHealth Probe(ContainerHealth health, int code, int second) => HealthRule.After(
        health, new HealthProbe(Start.AddSeconds(second), Start.AddSeconds(second), code, ""), Check, Start);
}
