using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>Images that came from an archive, as the worker reports them, and the outcome of the load.</summary>
public static class RecordImageLoaded
{
    /// <summary>On the image's stream, where the load is still open.</summary>
    public static Decision Decide(ImageLoadedReport report, OpenCommand? command) => command is not { Kind: "LoadImages" }
        ? Decision.Nothing
        : Decision.Accept(new ImageLoaded(
            report.Image.ImageId, command.CommandId, report.References, report.Image.ManifestDigest, report.Image.ManifestMediaType,
            report.Image.ConfigJson, Layers.Of(report.Image), report.At)
        {
            ImportedFrom = (command.Intent as ImageLoadRequested)?.Import?.Source,
        });

    /// <summary>On the load's stream: all images of one batch are one load.</summary>
    public static Decision Decide(string[] imageIds, OpenCommand? command, DateTimeOffset at) =>
        command is not { Kind: "LoadImages" } || imageIds is []
            ? Decision.Nothing
            : Decision.Accept(new ImageLoadCompleted(command.CommandId, imageIds, at));
}
