using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Health;

/// <summary>What probes make of a container's health, by Docker's rules.</summary>
internal static class HealthRule
{
    public const string Starting = "starting", Healthy = "healthy", Unhealthy = "unhealthy";

    private const int KeptProbes = 5;

    public static ContainerHealth Begin(string run) => new(run, Starting, 0, []);

    /// <summary>The health after one more probe.</summary>
    /// <param name="startedAt">When the program began.</param>
    public static ContainerHealth After(ContainerHealth health, HealthProbe probe, HealthCheck check, DateTimeOffset startedAt)
    {
        var log = health.Log.Append(probe).TakeLast(KeptProbes).ToArray();
        if (probe.ExitCode == 0)
            return health with { Status = Healthy, FailingStreak = 0, Log = log };
        // A program that has never been well is given time to come up.
        if (health.Status == Starting && probe.Start - startedAt < check.StartPeriod)
            return health with { Log = log };
        var streak = health.FailingStreak + 1;
        return health with { Status = streak >= check.Retries ? Unhealthy : health.Status, FailingStreak = streak, Log = log };
    }

    /// <summary>How long to wait for the next probe: the start period's last ends with it.</summary>
    public static TimeSpan Wait(ContainerHealth health, HealthCheck check, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var left = check.StartPeriod - (now - startedAt);
        if (left <= TimeSpan.Zero)
            return check.Interval;
        var wait = health.Status == Starting ? check.StartInterval : check.Interval;
        return left < wait ? left : wait;
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerHealth))]
internal sealed partial class HealthJson : JsonSerializerContext;
