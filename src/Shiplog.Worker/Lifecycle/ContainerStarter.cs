using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Brings a container up, step by step, or leaves it as it was.</summary>
internal sealed class ContainerStarter(
    Containers containers, RestartQueue restarts, ContainerSteps steps, StepRunner runner, ExitWatch exits)
{
    /// <summary>Needs the container's turn.</summary>
    public async Task<OrderResult> StartAsync(StartContainer order)
    {
        var paths = containers.Paths(order.ContainerId);
        if (containers.IsRunning(order.ContainerId) || restarts.Find(order.ContainerId) is not null)
            throw new OrderException(new OrderFailure("StartContainer", FailureKind.Conflict, $"container {order.ContainerId} is running already"));
        if (order.Process.Args.Length == 0)
            throw new OrderException(new OrderFailure("StartContainer", FailureKind.Invalid, "no command specified", 128));

        Cgroups.PrepareMove();
        Directory.CreateDirectory(paths.Folder);
        var record = ContainerRecord.For(order);
        record.Save(paths.State, durable: true);
        using var start = new StartContext(paths, order) { Record = record };
        List<Report> reports;
        try
        {
            // Not interrupted by the worker's stopping: undoing takes longer than going on.
            reports = await runner.DoAsync(steps.InOrder(order), start, CancellationToken.None);
        }
        catch
        {
            (record with { Phase = RunPhase.Ended }).Save(paths.State, durable: false);
            throw;
        }

        return new OrderResult([.. reports], () => exits.GoOn(paths, start.Record));
    }
}

/// <summary>The steps of a start, in the order in which they are done; an end undoes them from the last.</summary>
internal sealed class ContainerSteps(
    MountRootFsStep mountRootFs, MountShmStep mountShm, MountVolumesStep mountVolumes, IsolateNetworkStep isolateNetwork,
    AttachBridgeStep attachBridge, JoinNetworkStep joinNetwork, AssignIpStep assignIp, PublishPortsStep publishPorts, ServeNamesStep serveNames, StartContainerStep startContainer,
    ContainerLinks links, TimeProvider time)
{
    private readonly IStep[] _around = [mountRootFs, mountShm, mountVolumes, isolateNetwork, joinNetwork, attachBridge, assignIp, publishPorts, serveNames];

    public IReadOnlyList<IStep> InOrder(StartContainer order) => [.. AroundProgram(order), startContainer];

    /// <summary>All but the program's own step: what is left to undo when the program has ended by itself.</summary>
    public IReadOnlyList<IStep> AroundProgram(StartContainer order) => order.Further is not { Length: > 0 } further ? _around
        : [.. _around[..^2], .. further.SelectMany(place => (IStep[])[new AttachFurtherBridgeStep(place, links, time), new AssignIpStep(time, place)]), .. _around[^2..]];

    /// <summary>The program's own step: all that a restart does again.</summary>
    public IReadOnlyList<IStep> Program { get; } = [startContainer];
}
