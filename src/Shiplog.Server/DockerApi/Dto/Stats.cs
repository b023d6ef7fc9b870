using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>A line of GET /containers/{id}/stats. What does not run has nothing but id and name.</summary>
internal sealed record StatsReply
{
    [JsonPropertyName("name")] public string Name { get; init; } = "";
    [JsonPropertyName("id")] public string Id { get; init; } = "";
    [JsonPropertyName("read")] public string Read { get; init; } = DockerTime.Zero;
    [JsonPropertyName("preread")] public string PreRead { get; init; } = DockerTime.Zero;
    [JsonPropertyName("pids_stats")] public PidsStats Pids { get; init; } = new(0, 0);
    [JsonPropertyName("blkio_stats")] public BlockStats Blocks { get; init; } = new();
    /// <summary>Of Windows.</summary>
    [JsonPropertyName("num_procs")] public int Processors { get; init; }
    /// <summary>Of Windows.</summary>
    [JsonPropertyName("storage_stats")] public Empty Storage { get; init; } = Empty.Value;
    [JsonPropertyName("cpu_stats")] public CpuStats Cpu { get; init; } = new();
    [JsonPropertyName("precpu_stats")] public CpuStats PreCpu { get; init; } = new();
    [JsonPropertyName("memory_stats")] public MemoryStats Memory { get; init; } = new();
    [JsonPropertyName("networks"), JsonIgnore(Condition = WhenWritingNull)] public Dictionary<string, InterfaceStats>? Networks { get; init; }
}

internal sealed record PidsStats(
    [property: JsonPropertyName("current"), JsonIgnore(Condition = WhenWritingDefault)] ulong Current,
    [property: JsonPropertyName("limit"), JsonIgnore(Condition = WhenWritingDefault)] ulong Limit);

/// <summary>Lists that nothing counts are empty on cgroup v1, absent on v2.</summary>
internal sealed record BlockStats
{
    [JsonPropertyName("io_service_bytes_recursive")] public BlockEntry[]? Bytes { get; init; }
    [JsonPropertyName("io_serviced_recursive")] public BlockEntry[]? Operations { get; init; }
    [JsonPropertyName("io_queue_recursive")] public BlockEntry[]? Queued { get; init; }
    [JsonPropertyName("io_service_time_recursive")] public BlockEntry[]? ServiceTime { get; init; }
    [JsonPropertyName("io_wait_time_recursive")] public BlockEntry[]? WaitTime { get; init; }
    [JsonPropertyName("io_merged_recursive")] public BlockEntry[]? Merged { get; init; }
    [JsonPropertyName("io_time_recursive")] public BlockEntry[]? Time { get; init; }
    [JsonPropertyName("sectors_recursive")] public BlockEntry[]? Sectors { get; init; }
}

internal sealed record BlockEntry(
    [property: JsonPropertyName("major")] ulong Major, [property: JsonPropertyName("minor")] ulong Minor,
    [property: JsonPropertyName("op")] string Operation, [property: JsonPropertyName("value")] ulong Value);

internal sealed record CpuStats
{
    [JsonPropertyName("cpu_usage")] public CpuUsage Usage { get; init; } = new(0, null, 0, 0);
    [JsonPropertyName("system_cpu_usage"), JsonIgnore(Condition = WhenWritingDefault)] public ulong System { get; init; }
    [JsonPropertyName("online_cpus"), JsonIgnore(Condition = WhenWritingDefault)] public int Cpus { get; init; }
    [JsonPropertyName("throttling_data")] public Throttling Throttling { get; init; } = new(0, 0, 0);
}

internal sealed record CpuUsage(
    [property: JsonPropertyName("total_usage")] ulong Total,
    [property: JsonPropertyName("percpu_usage"), JsonIgnore(Condition = WhenWritingNull)] ulong[]? PerCpu,
    [property: JsonPropertyName("usage_in_kernelmode")] ulong Kernel, [property: JsonPropertyName("usage_in_usermode")] ulong User);

internal sealed record Throttling(
    [property: JsonPropertyName("periods")] ulong Periods, [property: JsonPropertyName("throttled_periods")] ulong ThrottledPeriods,
    [property: JsonPropertyName("throttled_time")] ulong ThrottledTime);

internal sealed record MemoryStats
{
    [JsonPropertyName("usage"), JsonIgnore(Condition = WhenWritingDefault)] public ulong Usage { get; init; }
    [JsonPropertyName("max_usage"), JsonIgnore(Condition = WhenWritingDefault)] public ulong MaxUsage { get; init; }
    [JsonPropertyName("stats"), JsonIgnore(Condition = WhenWritingNull)] public Dictionary<string, ulong>? Stats { get; init; }
    [JsonPropertyName("failcnt"), JsonIgnore(Condition = WhenWritingDefault)] public ulong Failures { get; init; }
    [JsonPropertyName("limit"), JsonIgnore(Condition = WhenWritingDefault)] public ulong Limit { get; init; }
}

internal sealed record InterfaceStats(
    [property: JsonPropertyName("rx_bytes")] ulong RxBytes, [property: JsonPropertyName("rx_packets")] ulong RxPackets,
    [property: JsonPropertyName("rx_errors")] ulong RxErrors, [property: JsonPropertyName("rx_dropped")] ulong RxDropped,
    [property: JsonPropertyName("tx_bytes")] ulong TxBytes, [property: JsonPropertyName("tx_packets")] ulong TxPackets,
    [property: JsonPropertyName("tx_errors")] ulong TxErrors, [property: JsonPropertyName("tx_dropped")] ulong TxDropped);
