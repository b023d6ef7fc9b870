namespace Shiplog.Domain.Containers;

/// <summary>Where a program beside the container's own is in its life.</summary>
public enum ExecStatus
{
    /// <summary>Nobody has started it yet.</summary>
    Created = 0,
    /// <summary>The worker has been asked.</summary>
    Starting,
    /// <summary>It runs.</summary>
    Running,
    /// <summary>It has ended, or could not be started.</summary>
    Ended,
}

/// <summary>A program beside the container's own, as its events left it.</summary>
public sealed record Exec
{
    /// <summary>64 hexadecimal digits.</summary>
    public string Id { get; init; } = "";
    /// <summary>Where it is in its life.</summary>
    public ExecStatus Status { get; init; }
    /// <summary>Program and arguments.</summary>
    public string[] Cmd { get; init; } = [];
    /// <summary>As asked for, or the container's.</summary>
    public string User { get; init; } = "";
    /// <summary>As asked for, or the container's.</summary>
    public string WorkingDir { get; init; } = "";
    /// <summary>It has a terminal.</summary>
    public bool Tty { get; init; }
    /// <summary>It has every capability there is to give.</summary>
    public bool Privileged { get; init; }
    /// <summary>Its client writes its input.</summary>
    public bool AttachStdin { get; init; }
    /// <summary>Its client reads its output.</summary>
    public bool AttachStdout { get; init; }
    /// <summary>Its client reads its errors.</summary>
    public bool AttachStderr { get; init; }
    /// <summary>Names of the variables it is given besides the container's.</summary>
    public string[] EnvNames { get; init; } = [];
    /// <summary>As given.</summary>
    public string? DetachKeys { get; init; }
    /// <summary>0 before it runs.</summary>
    public int Pid { get; init; }
    /// <summary>When it has ended, or could not be started.</summary>
    public int? ExitCode { get; init; }
    /// <summary>The command of its one start.</summary>
    public string? StartCommandId { get; init; }

    /// <summary>The exec after one more event; <see langword="null"/> before the first, and for what is about none.</summary>
    public static Exec? Apply(Exec? exec, object @event) => @event switch
    {
        ExecCreated e => new Exec
        {
            Id = e.ExecId,
            Cmd = e.Cmd,
            User = e.User,
            WorkingDir = e.WorkingDir,
            Tty = e.Tty,
            Privileged = e.Privileged,
            AttachStdin = e.AttachStdin,
            AttachStdout = e.AttachStdout,
            AttachStderr = e.AttachStderr,
            EnvNames = e.EnvNames,
            DetachKeys = e.DetachKeys,
        },
        ExecStartRequested e when exec is not null => exec with { Status = ExecStatus.Starting, StartCommandId = e.CommandId },
        ExecStarted e when exec is not null => exec with { Status = ExecStatus.Running, Pid = e.Pid },
        ExecFailed e when exec is not null => exec with { Status = ExecStatus.Ended, ExitCode = e.ExitCode },
        ExecExited e when exec is not null => exec with { Status = ExecStatus.Ended, ExitCode = e.ExitCode },
        _ => exec,
    };

    /// <summary>The exec that an event is about; <see langword="null"/> where it is about none.</summary>
    public static string? IdOf(object @event) => @event switch
    {
        ExecCreated e => e.ExecId,
        ExecStartRequested e => e.ExecId,
        ExecStarted e => e.ExecId,
        ExecFailed e => e.ExecId,
        ExecExited e => e.ExecId,
        _ => null,
    };
}

/// <summary>The execs of a container that its state keeps. All there ever were are in its stream.</summary>
internal static class ExecList
{
    // The state is stored whole with each event: a container that is probed every second must not carry its past along.
    private const int Ended = 16, Created = 100;

    /// <summary>Oldest first; those that run are always among them.</summary>
    public static Exec[] After(Exec[] execs, object @event)
    {
        if (Exec.IdOf(@event) is not { } id)
            return execs;
        var before = Array.Find(execs, e => e.Id == id);
        if (Exec.Apply(before, @event) is not { } after)
            return execs;
        Exec[] all = before is null ? [.. execs, after] : [.. execs.Select(e => e.Id == id ? after : e)];
        return [.. all.Where((e, i) => e.Status switch
        {
            ExecStatus.Ended => all.Skip(i).Count(later => later.Status == ExecStatus.Ended) <= Ended,
            ExecStatus.Created => all.Skip(i).Count(later => later.Status == ExecStatus.Created) <= Created,
            _ => true,
        })];
    }
}
