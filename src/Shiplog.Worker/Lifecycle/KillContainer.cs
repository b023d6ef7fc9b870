using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Sends a signal to a container's first process.</summary>
internal sealed class ContainerKiller(
    Containers containers, RestartQueue restarts, RestartCanceller canceller, ContainerPauser pauser, TimeProvider time)
{
    /// <summary>Needs the container's turn.</summary>
    public async Task<OrderResult> KillAsync(KillContainer order)
    {
        var signal = ContainerStopper.SignalOf(order.Signal, "KillContainer");
        // Between two tries there is nobody to take a signal; as in Docker, any of them ends the trying.
        if (restarts.Find(order.ContainerId) is { } pending)
            return await canceller.CancelAsync(pending, "kill");
        var run = containers.Find(order.ContainerId);
        if (run is not null && (Ends(signal, run) || run.Record.Order.Restart?.Condition == RestartCondition.UnlessStopped))
            run.EndRestarts();
        if (run is null || !run.Process.Signal(signal))
        {
            throw new OrderException(new OrderFailure(
                "KillContainer", FailureKind.Conflict, $"container {order.ContainerId} is not running"));
        }

        var signalled = new ContainerSignalledReport(order.ContainerId, order.Signal, time.GetUtcNow());
        return new OrderResult(run.Record.Paused && Ends(signal, run) ? [await pauser.ThawAsync(run), signalled] : [signalled]);
    }

    /// <summary>Whether the sender may expect the container's end, and waits for it.</summary>
    public static bool IsMortal(string signal) => Signals.Parse(signal) == Signals.SIGKILL;

    // Docker thaws a frozen container for a signal that is meant to end it.
    private static bool Ends(int signal, Run run) =>
        signal == Signals.SIGKILL || run.Record.Order.Process.StopSignal is not { } own || Signals.Parse(own) == signal;
}
