using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Containers;

/// <summary>A container's figures in Docker's words.</summary>
internal static class StatsWire
{
    /// <param name="figures"><see langword="null"/> where it does not run.</param>
    /// <param name="before">The figures that the client got before these; without them there is nothing to compare with.</param>
    public static StatsReply Of(string id, string name, ContainerFigures? figures, ContainerFigures? before)
    {
        var nothing = new StatsReply { Id = id, Name = "/" + name };
        if (before is not null)
            nothing = nothing with { PreRead = DockerTime.Text(before.At), PreCpu = Cpu(before.Cpu) };
        return figures is not { } f ? nothing : nothing with
        {
            Read = DockerTime.Text(f.At),
            Pids = new PidsStats(f.Processes.Current, f.Processes.Limit),
            Blocks = Blocks(f.Blocks),
            Cpu = Cpu(f.Cpu),
            Memory = new MemoryStats
            {
                Usage = f.Memory.Usage,
                MaxUsage = f.Memory.MaxUsage,
                Stats = f.Memory.Stats,
                Failures = f.Memory.Failures,
                Limit = f.Memory.Limit,
            },
            Networks = f.Interfaces?.ToDictionary(i => i.Key, i => Interface(i.Value)),
        };
    }

    private static CpuStats Cpu(CpuFigures c) => new()
    {
        Usage = new CpuUsage(c.Total, c.PerCpu, c.Kernel, c.User),
        System = c.System,
        Cpus = c.Cpus,
        Throttling = new Throttling(c.Periods, c.ThrottledPeriods, c.ThrottledTime),
    };

    private static BlockStats Blocks(BlockFigures b) => b.Operations is not { } operations ? new() { Bytes = Entries(b.Bytes) } : new()
    {
        Bytes = Entries(b.Bytes),
        Operations = Entries(operations),
        Queued = [],
        ServiceTime = [],
        WaitTime = [],
        Merged = [],
        Time = [],
        Sectors = [],
    };

    private static BlockEntry[] Entries(BlockFigure[] figures) => [.. figures.Select(f => new BlockEntry(f.Major, f.Minor, f.Operation, f.Value))];

    private static InterfaceStats Interface(InterfaceFigures i) =>
        new(i.RxBytes, i.RxPackets, i.RxErrors, i.RxDropped, i.TxBytes, i.TxPackets, i.TxErrors, i.TxDropped);
}
