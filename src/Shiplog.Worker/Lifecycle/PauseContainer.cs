using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Freezes and thaws a container. Everything here needs the container's turn.</summary>
internal sealed class ContainerPauser(Containers containers, OciRuntime runtime, TimeProvider time)
{
    public async Task<Report[]> PauseAsync(PauseContainer order)
    {
        var run = Running(order.ContainerId, "PauseContainer");
        return run.Record.Paused
            ? throw new OrderException(new OrderFailure("PauseContainer", FailureKind.Conflict, $"container {order.ContainerId} is already paused"))
            : [await FreezeAsync(run)];
    }

    public async Task<Report[]> UnpauseAsync(UnpauseContainer order)
    {
        var run = Running(order.ContainerId, "UnpauseContainer");
        return run.Record.Paused
            ? [await ThawAsync(run)]
            : throw new OrderException(new OrderFailure("UnpauseContainer", FailureKind.Conflict, $"container {order.ContainerId} is not paused"));
    }

    public async Task<Report> FreezeAsync(Run run)
    {
        // Noted before: a worker that dies in between thaws a container that is not frozen, which does no harm.
        Note(run, paused: true);
        try
        {
            await runtime.PauseAsync(run.Paths.Id, CancellationToken.None);
        }
        catch (RuntimeException)
        {
            Note(run, paused: false);
            throw;
        }

        return new ContainerPausedReport(run.Paths.Id, time.GetUtcNow());
    }

    public async Task<Report> ThawAsync(Run run)
    {
        await runtime.ResumeAsync(run.Paths.Id, CancellationToken.None);
        Note(run, paused: false);
        return new ContainerUnpausedReport(run.Paths.Id, time.GetUtcNow());
    }

    private static void Note(Run run, bool paused)
    {
        run.Record = run.Record with { Paused = paused };
        run.Record.Save(run.Paths.State, durable: false);
    }

    private Run Running(string id, string step) =>
        containers.Find(id) ?? throw new OrderException(new OrderFailure(step, FailureKind.Conflict, $"container {id} is not running"));
}
