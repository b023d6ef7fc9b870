using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

/// <summary>
/// How much of the host a container may use (cgroups(7)), in Docker's terms; all of it can be changed while it runs. What is
/// absent or 0 is as the kernel has it.
/// </summary>
public sealed record Resources
{
    /// <summary>No limit at all.</summary>
    public static readonly Resources Unlimited = new();

    /// <summary>Bytes.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long Memory { get; init; }

    /// <summary>Bytes that are left to it when memory is short.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long MemoryReservation { get; init; }

    /// <summary>Bytes of memory and swap together; -1 for as much swap as there is.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long MemorySwap { get; init; }

    /// <summary>0..100.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long? MemorySwappiness { get; init; }

    /// <summary>Processes wait for memory instead of being killed for it.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool OomKillDisable { get; init; }

    /// <summary>Billionths of a CPU.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long NanoCpus { get; init; }

    /// <summary>Weight beside others, 2..262144; the kernel's default is 1024.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long CpuShares { get; init; }

    /// <summary>Microseconds.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long CpuPeriod { get; init; }

    /// <summary>Microseconds of CPU time in each period.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long CpuQuota { get; init; }

    /// <summary><c>0-3,5</c></summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? CpusetCpus { get; init; }

    /// <summary><c>0-1</c></summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? CpusetMems { get; init; }

    /// <summary>Processes and threads; 0 and -1 for any number.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public long? PidsLimit { get; init; }

    /// <summary>Weight beside others, 10..1000.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public int BlkioWeight { get; init; }

    /// <summary>Weights by device.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceRate[]? BlkioWeightDevice { get; init; }

    /// <summary>Bytes a second.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceRate[]? BlkioDeviceReadBps { get; init; }

    /// <summary>Bytes a second.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceRate[]? BlkioDeviceWriteBps { get; init; }

    /// <summary>Operations a second.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceRate[]? BlkioDeviceReadIOps { get; init; }

    /// <summary>Operations a second.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public DeviceRate[]? BlkioDeviceWriteIOps { get; init; }
}

/// <summary>A rate, or a weight, on one of the host's block devices.</summary>
/// <param name="Path"><c>/dev/sda</c></param>
public sealed record DeviceRate(string Path, long Rate);
