using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Gives a container that runs, or waits for its next try, other limits and another restart policy.</summary>
internal sealed class ContainerUpdater(Containers containers, RestartQueue restarts, TimeProvider time)
{
    private const string Step = "UpdateContainer";

    /// <summary>Needs the container's turn. One that has ended has its limits from its next start on.</summary>
    public Task<Report[]> UpdateAsync(UpdateContainer order)
    {
        if (containers.Find(order.ContainerId) is { } run)
        {
            Limit(run, order.Limits ?? new ResourceLimits());
            // Noted after: the journal says what holds, and an order that was interrupted is sent again.
            run.Record = After(run.Record, order);
            run.Record.Save(run.Paths.State, durable: false);
        }
        else if (restarts.Find(order.ContainerId) is { } pending)
        {
            pending.Record = After(pending.Record, order);
            pending.Record.Save(pending.Paths.State, durable: false);
        }

        return Task.FromResult<Report[]>([new ContainerUpdatedReport(order.ContainerId, time.GetUtcNow())]);
    }

    private void Limit(Run run, ResourceLimits wanted)
    {
        var group = new ControlGroup(run.Cgroup);
        try
        {
            group.Limit(wanted);
        }
        catch (LinuxException) when (!Directory.Exists(Cgroups.AnyFolder(run.Cgroup)))
        {
            // Its program has ended in this moment, and the group with it.
        }
        catch (LinuxException e)
        {
            throw new OrderException(new OrderFailure(Step, FailureKind.Internal, e.Message), [.. Undo(run, group, wanted)], e);
        }
    }

    private IEnumerable<Report> Undo(Run run, ControlGroup group, ResourceLimits wanted)
    {
        try
        {
            group.Unlimit(wanted, run.Record.Order.Limits);
            return [];
        }
        catch (LinuxException e)
        {
            return [new StepFailedReport(run.Paths.Id, Step, "undo", e.Message, time.GetUtcNow())];
        }
    }

    private static ContainerRecord After(ContainerRecord record, UpdateContainer order) =>
        record with { Order = record.Order with { Limits = order.Limits, Restart = order.Restart } };
}
