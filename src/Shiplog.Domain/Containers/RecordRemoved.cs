using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The end, as the worker reports it: the outcome of a removal, or of <c>--rm</c>.</summary>
public static class RecordRemoved
{
    /// <summary>Recorded once.</summary>
    public static Decision Decide(ContainerRemovedReport report, Container container, OpenCommand? command)
    {
        if (!container.Exists)
            return Decision.Nothing;
        var asked = command is { Kind: "RemoveContainer", Intent: ContainerRemoveRequested remove } && remove.ContainerId == container.Id;
        return Decision.Accept(new ContainerRemoved(container.Id, asked ? command!.CommandId : null, report.At) { FreedBytes = report.FreedBytes });
    }
}
