namespace Shiplog.Contracts.Orders;

/// <summary>
/// How much of the host a container may use, fully resolved: each is written to its control group as it is. What is
/// <see langword="null"/> is left as the kernel has it.
/// </summary>
public sealed record ResourceLimits
{
    /// <summary>Bytes; -1 for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes that are left to it when memory is short.</summary>
    public long? MemoryReservation { get; init; }

    /// <summary>Bytes of memory and swap together; -1 for no limit.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>0..100.</summary>
    public int? MemorySwappiness { get; init; }

    /// <summary>Processes wait for memory instead of being killed for it.</summary>
    public bool? OomKillDisable { get; init; }

    /// <summary>Weight beside others, 2..262144.</summary>
    public long? CpuShares { get; init; }

    /// <summary>Microseconds.</summary>
    public long? CpuPeriod { get; init; }

    /// <summary>Microseconds of CPU time in each period; -1 for no limit.</summary>
    public long? CpuQuota { get; init; }

    /// <summary><c>0-3,5</c></summary>
    public string? CpusetCpus { get; init; }

    /// <summary><c>0-1</c></summary>
    public string? CpusetMems { get; init; }

    /// <summary>Processes and threads together.</summary>
    public long? Pids { get; init; }

    /// <summary>Weight beside others, 10..1000.</summary>
    public int? BlockWeight { get; init; }

    /// <summary>By device.</summary>
    public BlockRate[]? BlockWeights { get; init; }

    /// <summary>Bytes a second.</summary>
    public BlockRate[]? ReadBytes { get; init; }

    /// <summary>Bytes a second.</summary>
    public BlockRate[]? WriteBytes { get; init; }

    /// <summary>Operations a second.</summary>
    public BlockRate[]? ReadOperations { get; init; }

    /// <summary>Operations a second.</summary>
    public BlockRate[]? WriteOperations { get; init; }
}

/// <summary>A rate, or a weight, on a block device.</summary>
/// <param name="Device">Its path on the host.</param>
public sealed record BlockRate(string Device, long Rate);

/// <summary>A limit of each process (getrlimit(2)).</summary>
/// <param name="Name"><c>nofile</c></param>
/// <param name="Soft">-1 for none.</param>
/// <param name="Hard">-1 for none.</param>
public sealed record ProcessLimit(string Name, long Soft, long Hard);
