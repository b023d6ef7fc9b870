using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>The outcome of an image's removal, as the worker reports it.</summary>
public static class RecordImageRemoved
{
    /// <summary>Recorded where the removal is still open.</summary>
    public static Decision Decide(ImageRemovedReport report, Image image, OpenCommand? command) =>
        command is { Kind: "RemoveImage", Intent: ImageRemoveRequested remove } && remove.ImageId == image.Id
            ? Decision.Accept(new ImageRemoved(image.Id, command.CommandId, report.DeletedLayers, report.FreedBytes, report.At))
            : Decision.Nothing;
}
