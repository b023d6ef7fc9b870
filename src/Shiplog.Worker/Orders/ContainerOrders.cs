using Shiplog.Contracts.Orders;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Orders;

/// <summary>The orders about containers, each run as <see cref="OrderRunner"/> runs orders.</summary>
public sealed class ContainerOrders
{
    // As long as docker kill waits for the end it has brought about.
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    private readonly OrderRunner _runner;
    private readonly ContainerStarter _starter;
    private readonly ContainerStopper _stopper;
    private readonly ContainerKiller _killer;
    private readonly ContainerPauser _pauser;
    private readonly ContainerUpdater _updater;
    private readonly ContainerRemover _remover;
    private readonly ExecStarter _execs;
    private readonly Containers _containers;

    internal ContainerOrders(
        OrderRunner runner, ContainerStarter starter, ContainerStopper stopper, ContainerKiller killer, ContainerPauser pauser,
        ContainerUpdater updater, ContainerRemover remover, ExecStarter execs, Containers containers)
    {
        (_runner, _starter, _stopper, _killer, _pauser, _updater, _remover, _execs, _containers) =
            (runner, starter, stopper, killer, pauser, updater, remover, execs, containers);
    }

    internal Task<OrderOutcome> StartAsync(StartContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _starter.StartAsync(order), cancellation);

    internal Task<OrderOutcome> StopAsync(StopContainer order, CancellationToken cancellation) =>
        _runner.RunUnguardedAsync(order, order.ContainerId, stopping => _stopper.StopAsync(order, stopping), cancellation);

    internal async Task<OrderOutcome> KillAsync(KillContainer order, CancellationToken cancellation)
    {
        var end = _containers.RecordOfEnd(order.ContainerId);
        var outcome = await _runner.RunAsync(order, order.ContainerId, _ => _killer.KillAsync(order), cancellation);
        if (outcome.Failure is null && ContainerKiller.IsMortal(order.Signal))
            await Task.WhenAny(end, Task.Delay(KillPatience, cancellation));
        return outcome;
    }

    internal Task<OrderOutcome> PauseAsync(PauseContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _pauser.PauseAsync(order), cancellation);

    internal Task<OrderOutcome> UnpauseAsync(UnpauseContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _pauser.UnpauseAsync(order), cancellation);

    internal Task<OrderOutcome> StartExecAsync(StartExec order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _execs.StartAsync(order), cancellation);

    internal Task<OrderOutcome> UpdateAsync(UpdateContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _updater.UpdateAsync(order), cancellation);

    internal Task<OrderOutcome> RemoveAsync(RemoveContainer order, CancellationToken cancellation) =>
        _runner.RunAsync(order, order.ContainerId, _ => _remover.RemoveAsync(order), cancellation);
}
