using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>An image made of a container, on the image's own stream.</summary>
public static class RecordImageCommitted
{
    /// <summary>Recorded where the commit is still open; who made it and why is in the intent.</summary>
    /// <param name="parentImageId">The image that the container was made from.</param>
    public static Decision Decide(ContainerCommittedReport report, string parentImageId, OpenCommand? command) =>
        command is not { Kind: "CommitContainer", Intent: Containers.ContainerCommitRequested commit }
            ? Decision.Nothing
            : Decision.Accept(new ImageCommitted(
                report.Image.ImageId, command.CommandId, commit.ContainerId, parentImageId, commit.Author, commit.Comment,
                report.Image.ManifestDigest, report.Image.ManifestMediaType, report.Image.ConfigJson, Layers.Of(report.Image), report.At));
}
