namespace Shiplog.Contracts.Orders;

/// <summary>What a container uses of its host, as its control groups and its network interfaces count it.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Interfaces">By name; <see langword="null"/> where it has none of its own.</param>
public sealed record ContainerFigures(
    DateTimeOffset At, CpuFigures Cpu, MemoryFigures Memory, ProcessFigures Processes, BlockFigures Blocks,
    Dictionary<string, InterfaceFigures>? Interfaces);

/// <summary>CPU time in nanoseconds, counted since the container's start.</summary>
/// <param name="PerCpu">By the number of the CPU; <see langword="null"/> on cgroup v2, which does not count it.</param>
/// <param name="System">Of the whole host, since it was booted.</param>
/// <param name="Cpus">Of the host, those that are in use.</param>
/// <param name="Periods">In which there was a limit.</param>
/// <param name="ThrottledPeriods">In which the limit was reached.</param>
/// <param name="ThrottledTime">For which it had to wait.</param>
public sealed record CpuFigures(
    ulong Total, ulong[]? PerCpu, ulong Kernel, ulong User, ulong System, int Cpus, ulong Periods, ulong ThrottledPeriods, ulong ThrottledTime);

/// <summary>Memory in bytes.</summary>
/// <param name="MaxUsage">0 on cgroup v2.</param>
/// <param name="Failures">How often the limit was reached.</param>
/// <param name="Limit">Its own, or all that the host has.</param>
/// <param name="Stats">The controller's own counters; v1 and v2 have different ones.</param>
public sealed record MemoryFigures(ulong Usage, ulong MaxUsage, ulong Failures, ulong Limit, Dictionary<string, ulong> Stats);

/// <summary>Processes and threads together.</summary>
/// <param name="Limit">Where there is none 0 on cgroup v1, the largest number on v2.</param>
public sealed record ProcessFigures(ulong Current, ulong Limit);

/// <summary>What went to block devices and came from them.</summary>
/// <param name="Operations">Only on cgroup v1.</param>
public sealed record BlockFigures(BlockFigure[] Bytes, BlockFigure[]? Operations);

/// <summary>One device and one kind of operation.</summary>
/// <param name="Operation"><c>Read</c> on cgroup v1, <c>read</c> on v2.</param>
public sealed record BlockFigure(ulong Major, ulong Minor, string Operation, ulong Value);

/// <summary>What came by an interface (rx) and went (tx), as the container sees it.</summary>
public sealed record InterfaceFigures(
    ulong RxBytes, ulong RxPackets, ulong RxErrors, ulong RxDropped, ulong TxBytes, ulong TxPackets, ulong TxErrors, ulong TxDropped);
