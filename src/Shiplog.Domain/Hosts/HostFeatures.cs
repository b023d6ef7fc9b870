namespace Shiplog.Domain.Hosts;

/// <summary>Which limits and namespaces a host's kernel has, as it is set up now.</summary>
public sealed record HostFeatures
{
    /// <summary>Control groups are of version 2 throughout.</summary>
    public bool Unified { get; init; }

    /// <summary>Memory can be limited.</summary>
    public bool MemoryLimit { get; init; }

    /// <summary>Swap can be limited.</summary>
    public bool SwapLimit { get; init; }

    /// <summary>There is a soft limit of memory.</summary>
    public bool MemoryReservation { get; init; }

    /// <summary>Killing for memory can be turned off for a group.</summary>
    public bool OomKillDisable { get; init; }

    /// <summary>A group has a swappiness of its own.</summary>
    public bool MemorySwappiness { get; init; }

    /// <summary>CPU time can be weighed.</summary>
    public bool CpuShares { get; init; }

    /// <summary>CPU time can be limited.</summary>
    public bool CpuCfs { get; init; }

    /// <summary>CPUs and memory nodes can be chosen.</summary>
    public bool Cpuset { get; init; }

    /// <summary>Processes can be limited.</summary>
    public bool PidsLimit { get; init; }

    /// <summary>Block devices' time can be weighed.</summary>
    public bool BlockWeight { get; init; }

    /// <summary>Block devices' rates can be limited.</summary>
    public bool BlockRates { get; init; }

    /// <summary>There are control group namespaces.</summary>
    public bool CgroupNamespaces { get; init; }

    /// <summary>Programs can be confined by AppArmor.</summary>
    public bool AppArmor { get; init; }

    /// <summary>Programs can be confined by SELinux.</summary>
    public bool SeLinux { get; init; }

    /// <summary>Packets are forwarded between interfaces.</summary>
    public bool Forwarding { get; init; }

    /// <summary>systemd's journal takes messages.</summary>
    public bool Journal { get; init; }

    /// <summary>How many CPUs there are.</summary>
    public int Cpus { get; init; }

    /// <summary>Which they are: <c>0-3</c>.</summary>
    public string CpuList { get; init; } = "";

    /// <summary>Which memory nodes there are: <c>0</c>.</summary>
    public string MemoryNodes { get; init; } = "";
}
