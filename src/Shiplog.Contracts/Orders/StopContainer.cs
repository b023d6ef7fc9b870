namespace Shiplog.Contracts.Orders;

/// <summary>Send the stop signal, wait, then SIGKILL. The exit is reported in the same batch as the outcome.</summary>
/// <param name="Signal">A name or a number; <see langword="null"/> for the container's stop signal.</param>
/// <param name="TimeoutSeconds">How long to wait before SIGKILL; negative waits for ever.</param>
public sealed record StopContainer(string CommandId, string ContainerId, string? Signal, int TimeoutSeconds) : Order(CommandId)
{
    /// <summary>It is started again right after: one that removes itself when it exits does not do so this time.</summary>
    public bool Keep { get; init; }
}

/// <summary>The container was brought to its end as asked. Outcome of <see cref="StopContainer"/>.</summary>
/// <param name="Killed">The time-out passed and it took SIGKILL.</param>
public sealed record ContainerStoppedReport(string ContainerId, bool Killed, DateTimeOffset At) : Report(At);

/// <summary>Send a signal to the container's first process.</summary>
public sealed record KillContainer(string CommandId, string ContainerId, string Signal) : Order(CommandId);

/// <summary>The signal was delivered. Outcome of <see cref="KillContainer"/>.</summary>
public sealed record ContainerSignalledReport(string ContainerId, string Signal, DateTimeOffset At) : Report(At);

/// <summary>Freeze all processes of the container.</summary>
public sealed record PauseContainer(string CommandId, string ContainerId) : Order(CommandId);

/// <summary>All processes are frozen. Outcome of <see cref="PauseContainer"/>, and a fact around a commit.</summary>
public sealed record ContainerPausedReport(string ContainerId, DateTimeOffset At) : Report(At);

/// <summary>Thaw them.</summary>
public sealed record UnpauseContainer(string CommandId, string ContainerId) : Order(CommandId);

/// <summary>The processes go on. Outcome of <see cref="UnpauseContainer"/>, and a fact around a commit.</summary>
public sealed record ContainerUnpausedReport(string ContainerId, DateTimeOffset At) : Report(At);
