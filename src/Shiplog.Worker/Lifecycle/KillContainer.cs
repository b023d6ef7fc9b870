using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Sends a signal to a container's first process.</summary>
internal sealed class ContainerKiller(Containers containers, ContainerPauser pauser, TimeProvider time)
{
    /// <summary>Needs the container's turn.</summary>
    public async Task<Report[]> KillAsync(KillContainer order)
    {
        var signal = ContainerStopper.SignalOf(order.Signal, "KillContainer");
        if (containers.Find(order.ContainerId) is not { } run || !run.Process.Signal(signal))
        {
            throw new OrderException(new OrderFailure(
                "KillContainer", FailureKind.Conflict, $"container {order.ContainerId} is not running"));
        }

        var signalled = new ContainerSignalledReport(order.ContainerId, order.Signal, time.GetUtcNow());
        return run.Record.Paused && Ends(signal, run) ? [await pauser.ThawAsync(run), signalled] : [signalled];
    }

    /// <summary>Whether the sender may expect the container's end, and waits for it.</summary>
    public static bool IsMortal(string signal) => Signals.Parse(signal) == Signals.SIGKILL;

    // Docker thaws a frozen container for a signal that is meant to end it.
    private static bool Ends(int signal, Run run) =>
        signal == Signals.SIGKILL || run.Record.Order.Process.StopSignal is not { } own || Signals.Parse(own) == signal;
}
