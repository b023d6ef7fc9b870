using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Containers;

/// <summary>A stay in one of Docker's states.</summary>
/// <param name="Until"><see langword="null"/> for the present state.</param>
/// <param name="Sequence">The event that led into it.</param>
public sealed record Stay(string State, DateTimeOffset Since, DateTimeOffset? Until, long Sequence)
{
    /// <summary>How long it lasted, or has lasted.</summary>
    public TimeSpan Dwell(DateTimeOffset now) => (Until ?? now) - Since is { Ticks: > 0 } dwell ? dwell : TimeSpan.Zero;
}

/// <summary>The way that a container really took through its states.</summary>
internal static class StatePath
{
    public static IReadOnlyList<Stay> Of(IReadOnlyList<EventView> events)
    {
        var path = new List<Stay>();
        foreach (var e in events)
        {
            var now = path.Count > 0 ? path[^1].State : "";
            if (After(now, e) is not { } next || next == now)
                continue;
            // The end and the next try are one transaction: it never came to rest.
            if (next == "restarting")
            {
                path[^1] = path[^1] with { State = next, Sequence = e.Sequence };
                continue;
            }
            if (path.Count > 0)
                path[^1] = path[^1] with { Until = e.At };
            path.Add(new Stay(next, e.At, null, e.Sequence));
        }
        return path;
    }

    private static string? After(string state, EventView e) => e.Type switch
    {
        "container_created" => "created",
        "container_started" or "container_unpaused" => "running",
        "container_paused" => "paused",
        "container_exited" => state == "removing" ? null : "exited",
        "container_restart_scheduled" => state == "exited" ? "restarting" : null,
        "container_restart_cancelled" => state == "restarting" ? "exited" : null,
        "container_remove_requested" => "removing",
        "container_removed" => "removed",
        "container_command_failed" when new Events.EventBody(e.Data).Text("command") == "RemoveContainer" => "dead",
        _ => null,
    };
}
