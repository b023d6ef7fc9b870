using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Events;

namespace Shiplog.Dashboard.Containers;

/// <summary>The chapters of a container's life.</summary>
public enum PhaseKind
{
    /// <summary>The image and the container made from it: steps 1 and 2.</summary>
    Making = 0,

    /// <summary>From the wish to start to the running program: steps 3 to 6.</summary>
    Starting,

    /// <summary>The program runs.</summary>
    Running,

    /// <summary>The program ended and what it stood on is undone: step 7.</summary>
    Ending,

    /// <summary>Nothing runs.</summary>
    Resting,

    /// <summary>The container goes.</summary>
    Removing,
}

/// <summary>A chapter with a time scale of its own: milliseconds of a start and days of a run do not fit on one.</summary>
/// <param name="Run">Which start this belongs to, from 1; 0 before the first.</param>
/// <param name="To"><see langword="null"/> while it goes on.</param>
/// <param name="Failed">It came to nothing.</param>
public sealed record Phase(PhaseKind Kind, int Run, DateTimeOffset From, DateTimeOffset? To, IReadOnlyList<TimelineRow> Rows, bool Failed);

/// <summary>One event on the time scale of its phase.</summary>
/// <param name="Step">The step of the life, 1 to 7, where it is one.</param>
/// <param name="Offset">Since the phase began.</param>
/// <param name="Duration">How long the step took, where the event says so.</param>
/// <param name="Start">Where its bar begins, 0 to 1.</param>
/// <param name="Width">How much of the scale its bar takes; 0 for a moment.</param>
public sealed record TimelineRow(EventView Event, int? Step, TimeSpan Offset, TimeSpan? Duration, double Start, double Width);

/// <summary>A container's events, grouped into the chapters of its life.</summary>
internal static class Timeline
{
    /// <summary>Groups a stream.</summary>
    /// <param name="events">The container's own stream, oldest first.</param>
    /// <param name="imageEvent">The event that brought its image here, where it is known.</param>
    /// <param name="now">The end of what still goes on.</param>
    public static IReadOnlyList<Phase> Of(IReadOnlyList<EventView> events, EventView? imageEvent, DateTimeOffset now)
    {
        var phases = new List<Phase>();
        var open = new List<EventView>();
        var (kind, run) = (PhaseKind.Making, 0);
        DateTimeOffset? started = null;
        foreach (var e in events)
        {
            var next = After(kind, e, open);
            if (next.Kind != kind || next.Fresh)
            {
                Close(e);
                kind = next.Kind;
                run += kind == PhaseKind.Starting ? 1 : 0;
            }
            open.Add(e);
            if (e.Type == "container_started")
                started = e.At;
        }
        var last = kind;
        Close();
        if (phases.Count > 0 && IsOpen(last, phases[^1]))
            phases[^1] = Scale(last, run, [.. phases[^1].Rows.Select(r => r.Event)], last == PhaseKind.Running ? started : null, now, true);
        if (imageEvent is not null && phases is [{ Kind: PhaseKind.Making } making, ..])
            phases[0] = making with { Rows = [Before(making, imageEvent), .. making.Rows] };
        return phases;

        void Close(EventView? by = null)
        {
            if (open.Count > 0)
                phases.Add(Scale(kind, run, open, kind == PhaseKind.Running ? started : null, kind == PhaseKind.Running ? by?.At : null, false));
            open = [];
        }
    }

    // What happened before the container was asked for has its place in the story, not on its scale.
    private static TimelineRow Before(Phase making, EventView e) =>
        new(e, TimelineSteps.Number(e), e.At - making.From, TimelineSteps.Duration(e), 0, 0);

    // Where an event belongs, given the chapter that is open. `Fresh` begins the same chapter anew.
    private static (PhaseKind Kind, bool Fresh) After(PhaseKind kind, EventView e, List<EventView> open)
    {
        var present = kind switch
        {
            PhaseKind.Starting when HasSettled(kind, open) => open.Any(o => o.Type == "container_started") ? PhaseKind.Running : PhaseKind.Resting,
            PhaseKind.Ending when HasSettled(kind, open) && !IsTail(e) => PhaseKind.Resting,
            _ => kind,
        };
        return e.Type switch
        {
            "container_start_requested" => (PhaseKind.Starting, true),
            // Unasked: by the restart policy, after a reboot from the first step.
            "rootfs_mounted" or "container_started" when kind is not PhaseKind.Starting => (PhaseKind.Starting, true),
            "container_exited" => (PhaseKind.Ending, true),
            "container_remove_requested" when present is not (PhaseKind.Running or PhaseKind.Ending) => (PhaseKind.Removing, true),
            "container_removed" => (kind == PhaseKind.Ending ? PhaseKind.Ending : PhaseKind.Removing, false),
            _ => (present, false),
        };
    }

    // A start has settled with its outcome; an end, when its last undo is done and nobody waits for a stop.
    private static bool HasSettled(PhaseKind kind, List<EventView> open) => kind switch
    {
        PhaseKind.Starting => open.Any(o => o.Type is "container_started" or "container_command_failed"),
        PhaseKind.Ending => open.Any(o => o.Type == "rootfs_unmounted"),
        _ => false,
    };

    // The outcome of a stop, and a removal by itself, come in the same transaction as the undo.
    private static bool IsTail(EventView e) => e.Type is "container_stopped" or "container_signalled" or "step_failed";

    private static bool IsOpen(PhaseKind kind, Phase phase) => kind switch
    {
        PhaseKind.Running => true,
        PhaseKind.Starting => !HasSettled(kind, [.. phase.Rows.Select(r => r.Event)]),
        _ => false,
    };

    // A run is as long as its program ran, whatever happened meanwhile; every other chapter spans its events.
    private static Phase Scale(PhaseKind kind, int run, List<EventView> events, DateTimeOffset? begin, DateTimeOffset? end, bool open)
    {
        var from = events.Min(e => e.At - (TimelineSteps.Duration(e) ?? TimeSpan.Zero));
        var to = events.Max(e => e.At);
        from = begin < from ? begin.Value : from;
        to = end > to ? end.Value : to;
        var length = to - from;
        var rows = new List<TimelineRow>(events.Count);
        foreach (var e in events)
        {
            var duration = TimelineSteps.Duration(e);
            var start = e.At - (duration ?? TimeSpan.Zero);
            rows.Add(new TimelineRow(e, TimelineSteps.Number(e), start - from, duration, Share(start - from, length), Share(duration ?? TimeSpan.Zero, length)));
        }
        var failed = events.Any(e => e.Type is "step_failed" or "container_command_failed");
        return new Phase(kind, run, from, open ? null : to, rows, failed);
    }

    private static double Share(TimeSpan part, TimeSpan whole) => whole > TimeSpan.Zero ? Math.Clamp(part / whole, 0, 1) : 0;
}

/// <summary>The seven steps of a life.</summary>
internal static class TimelineSteps
{
    /// <summary>1 to 7, for the events that are a step, or the failure of one.</summary>
    public static int? Number(EventView e) => e.Type switch
    {
        "image_pulled" or "image_loaded" or "image_committed" => 1,
        "container_created" => 2,
        "rootfs_mounted" => 3,
        "bridge_attached" => 4,
        "ip_assigned" => 5,
        "container_started" => 6,
        "container_exited" => 7,
        "step_failed" => NumberOfOrder(new EventBody(e.Data).Text("step")),
        _ => null,
    };

    // Steps are called as their orders are.
    private static int? NumberOfOrder(string? step) => step switch
    {
        "PullImage" => 1,
        "MountRootFs" => 3,
        "AttachBridge" => 4,
        "AssignIp" => 5,
        "StartContainer" => 6,
        _ => null,
    };

    /// <summary>What the event says that it took.</summary>
    public static TimeSpan? Duration(EventView e)
    {
        var body = new EventBody(e.Data);
        if (body.Real("durationMs") is { } milliseconds and >= 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        return e.Type == "image_pulled" && body.Time("startedAt") is { } from && e.At > from ? e.At - from : null;
    }
}
