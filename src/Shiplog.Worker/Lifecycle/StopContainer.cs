using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Brings a container to its end: a signal, a wait, SIGKILL.</summary>
internal sealed class ContainerStopper(
    Containers containers, RestartQueue restarts, RestartCanceller canceller, ContainerPauser pauser, SubjectGates gates,
    TimeProvider time)
{
    /// <summary>Takes the container's turn only to send signals: the end itself is worked off in between.</summary>
    public async Task<OrderResult> StopAsync(StopContainer order, CancellationToken cancellation)
    {
        var stop = new PendingStop(order.CommandId);
        Run? run;
        using (await gates.EnterAsync(order.ContainerId, cancellation))
        {
            run = containers.Find(order.ContainerId);
            if (run is null && restarts.Find(order.ContainerId) is { } pending)
                return await canceller.CancelAsync(pending, "stop", new ContainerStoppedReport(order.ContainerId, false, time.GetUtcNow()));
            if (run is null)
                return Stopped(order, killed: false);
            var signal = SignalOf(order.Signal ?? run.Record.Order.Process.StopSignal ?? "TERM", "StopContainer");
            // A second stop waits for the end that the first has asked for, and has an outcome of its own.
            if (run.Stop is null)
                run.Stop = stop;
            run.EndRestarts();
            if (order.Keep)
                run.Keep();
            await SendAsync(run, signal, stop);
        }

        var patience = order.TimeoutSeconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(order.TimeoutSeconds);
        try
        {
            await run.Ended.WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            using (await gates.EnterAsync(order.ContainerId, cancellation))
            {
                if (!run.Ended.IsCompleted)
                {
                    stop.Killed = true;
                    await SendAsync(run, Signals.SIGKILL, stop);
                }
            }

            await run.Ended.WaitAsync(cancellation);
        }

        return run.Stop == stop ? OrderResult.ReportedElsewhere : Stopped(order, stop.Killed);
    }

    /// <exception cref="OrderException">It names no signal.</exception>
    public static int SignalOf(string text, string step) =>
        Signals.Parse(text) ?? throw new OrderException(new OrderFailure(step, FailureKind.Invalid, $"invalid signal: {text}"));

    private OrderResult Stopped(StopContainer order, bool killed) =>
        new([new ContainerStoppedReport(order.ContainerId, killed, time.GetUtcNow())]);

    private async Task SendAsync(Run run, int signal, PendingStop stop)
    {
        run.Process.Signal(signal);
        // A frozen process takes no signal before it is thawed.
        if (run.Record.Paused)
            stop.Before.Add(await pauser.ThawAsync(run));
    }
}
