namespace Shiplog.Contracts.Orders;

/// <summary>Run another program in a container that runs.</summary>
/// <param name="ExecId">Names this run of it.</param>
/// <param name="Process">
/// <see langword="null"/> where the order is sent again: what is to be run is not all in the log (the environment is not), so
/// the worker starts nothing, but answers with what has come of the first order.
/// </param>
public sealed record StartExec(string CommandId, string ContainerId, string ExecId, ExecProcess? Process) : Order(CommandId);

/// <summary>A program besides the container's own. All that is not said here is as for the container's own.</summary>
/// <param name="Args">Program and arguments; never empty.</param>
/// <param name="Env"><c>NAME=value</c> in addition to the container's; a name without a value takes one away.</param>
/// <param name="WorkingDirectory">In the container; never empty.</param>
/// <param name="User"><c>name|uid[:group|gid]</c>, empty for root.</param>
/// <param name="Privileged">With every capability that the worker may hand on.</param>
/// <param name="OpenStdin">Give it a standard input, which ends with its client's.</param>
/// <param name="Attached">Somebody has opened <see cref="WorkerStreams.AttachExec"/> before this order and must get the first byte.</param>
public sealed record ExecProcess(
    string[] Args, string[] Env, string WorkingDirectory, string User, bool Tty, bool Privileged, bool OpenStdin, bool Attached,
    int ConsoleWidth, int ConsoleHeight);

/// <summary>The program runs. Outcome of <see cref="StartExec"/>.</summary>
/// <param name="Pid">Process id in the worker's pid namespace.</param>
public sealed record ExecStartedReport(string ContainerId, string ExecId, int Pid, TimeSpan Duration, DateTimeOffset At) : Report(At);

/// <summary>The program ended. Observed, not ordered; before its container's own end, which ends it too.</summary>
/// <param name="ExitCode">0..255; 128 + n for signal n.</param>
public sealed record ExecExitedReport(string ContainerId, string ExecId, int ExitCode, DateTimeOffset At) : Report(At);
