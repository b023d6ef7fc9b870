using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of a commit on the container's stream, as the worker reports it. The image's own birth is <see cref="Images.RecordImageCommitted"/>.</summary>
public static class RecordCommitted
{
    /// <summary>Recorded where the commit is still open.</summary>
    public static Decision Decide(ContainerCommittedReport report, Container container, OpenCommand? command) =>
        command is { Kind: "CommitContainer", Intent: ContainerCommitRequested commit } && commit.ContainerId == container.Id
            ? Decision.Accept(new ContainerCommitted(
                container.Id, command.CommandId, report.Image.ImageId, commit.Reference, report.NewLayer, report.Duration.TotalMilliseconds,
                report.At))
            : Decision.Nothing;
}
