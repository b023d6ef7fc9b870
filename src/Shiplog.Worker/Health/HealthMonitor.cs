using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Health;

/// <summary>Probes the containers that have a health check, and reports each change of their health.</summary>
internal sealed class HealthMonitor(
    OciRuntime runtime, SubjectGates gates, FactDelivery facts, TimeProvider time, ILogger<HealthMonitor> logger)
{
    private const string Cause = "health";

    /// <summary>From here on until its end.</summary>
    public void Watch(Run run)
    {
        if (run.Record.Order.Health is { } check)
            _ = MonitorAsync(run, check);
    }

    private async Task MonitorAsync(Run run, HealthCheck check)
    {
        var health = Begin(run);
        // An earlier life of the worker has begun it.
        if (run.Record.Unhealthy)
            BeginRestart(run, check);
        while (true)
        {
            var wait = HealthRule.Wait(health, check, run.Record.StartedAt, time.GetUtcNow());
            if (await EndsWithinAsync(run, wait))
                return;
            // A frozen program cannot answer; nothing is known of it until it is thawed.
            if (run.Record.Paused)
                continue;
            try
            {
                var probe = await ProbeAsync(run, check);
                if (run.Ended.IsCompleted)
                    return;
                if (!run.Record.Paused)
                    health = await TakeInAsync(run, check, health, probe);
            }
            catch (Exception e)
            {
                // A full disk, at worst: the next probe finds the same.
                logger.HealthBroke(e, run.Paths.Id);
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Run run, TimeSpan wait)
    {
        using var end = new CancellationTokenSource();
        var ended = await Task.WhenAny(run.Ended, Task.Delay(wait, time, end.Token)) == run.Ended;
        end.Cancel();
        return ended || run.Ended.IsCompleted;
    }

    private async Task<HealthProbe> ProbeAsync(Run run, HealthCheck check)
    {
        var began = time.GetUtcNow();
        try
        {
            return await HealthProber.RunAsync(runtime, run.Paths, check, time);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return new HealthProbe(began, time.GetUtcNow(), -1, e.Message);
        }
    }

    private async Task<ContainerHealth> TakeInAsync(Run run, HealthCheck check, ContainerHealth health, HealthProbe probe)
    {
        using var turn = await gates.EnterAsync(run.Paths.Id, CancellationToken.None);
        // Its end has been reported in between; nothing may follow it. Nor is somebody unwell who is being stopped.
        if (run.Ended.IsCompleted || run.Stop is not null)
            return health;
        var after = HealthRule.After(health, probe, check, run.Record.StartedAt);
        if (after.Status != health.Status)
        {
            // Spooled before it is noted: a worker that dies in between finds it once more, and the server knows it.
            _ = facts.Report(
                run.Paths.Id, null, Cause,
                [new HealthChangedReport(run.Paths.Id, health.Status, after.Status, after.FailingStreak, probe.Output, probe.End)], null);
        }

        Save(run, after);
        if (after.Status == HealthRule.Unhealthy && check.Restart && !run.Record.Unhealthy)
            BeginRestart(run, check);
        return after;
    }

    // Its end is worked off as any other; the journal says that it is to run again.
    private void BeginRestart(Run run, HealthCheck check)
    {
        run.Record = run.Record with { Unhealthy = true };
        run.Record.Save(run.Paths.State, durable: false);
        logger.UnhealthyRestarted(run.Paths.Id);
        run.Process.Signal(Signals.Parse(run.Record.Order.Process.StopSignal ?? "TERM") ?? Signals.SIGKILL);
        _ = InsistAsync(run, TimeSpan.FromSeconds(Math.Max(0, check.StopTimeoutSeconds)));
    }

    private async Task InsistAsync(Run run, TimeSpan patience)
    {
        if (await EndsWithinAsync(run, patience))
            return;
        using var turn = await gates.EnterAsync(run.Paths.Id, CancellationToken.None);
        if (!run.Ended.IsCompleted)
            run.Process.Signal(Signals.SIGKILL);
    }

    private ContainerHealth Begin(Run run)
    {
        try
        {
            var health = Load(run) ?? HealthRule.Begin(run.Record.RunId);
            Save(run, health);
            return health;
        }
        catch (IOException e)
        {
            logger.HealthBroke(e, run.Paths.Id);
            return HealthRule.Begin(run.Record.RunId);
        }
    }

    // What an earlier life of the worker found out about this very run still holds.
    private static ContainerHealth? Load(Run run)
    {
        try
        {
            var health = File.Exists(run.Paths.Health)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(run.Paths.Health), HealthJson.Default.ContainerHealth)
                : null;
            return health?.Run == run.Record.RunId ? health : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Save(Run run, ContainerHealth health) =>
        Files.Replace(run.Paths.Health, JsonSerializer.SerializeToUtf8Bytes(health, HealthJson.Default.ContainerHealth), durable: false);
}
