using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Stats;

/// <summary>A running container's figures, whichever version of control groups the host has.</summary>
internal sealed class FigureReader(Lifecycle.Containers containers, TimeProvider time)
{
    /// <returns><see langword="null"/> where it does not run.</returns>
    public ContainerFigures? Read(string containerId)
    {
        if (containers.Find(containerId) is not { } run)
            return null;
        var (group, host, now) = (run.Cgroup, HostFigures.Read(), time.GetUtcNow());
        var figures = Cgroups.IsUnified
            ? FiguresV2.Read(Cgroups.UnifiedFolder(group), host, HostFigures.Memory, now)
            : FiguresV1.Read(controller => Cgroups.Folder(controller, group), host, HostFigures.Memory, now);
        figures = run.Record.Order.Network == NetworkMode.Host ? figures : figures with { Interfaces = InterfaceCounters.Read(run.Record.Pid) };
        // Half of a group that has ended under our hands is not a figure.
        return run.Ended.IsCompleted || !Directory.Exists(Cgroups.AnyFolder(group)) ? null : figures;
    }
}
