using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>Step 1, as the worker reports it: the outcome of a pull on the image's stream.</summary>
public static class RecordImagePulled
{
    /// <summary>Recorded where the pull is still open.</summary>
    public static Decision Decide(ImagePulledReport report, OpenCommand? command) => command is not { Kind: "PullImage" }
        ? Decision.Nothing
        : Decision.Accept(new ImagePulled(
            report.Image.ImageId, command.CommandId, report.Reference, report.Registry, report.Image.ManifestDigest,
            report.Image.ManifestMediaType, report.Image.IndexDigest, report.Image.ConfigJson, Layers.Of(report.Image), report.StartedAt,
            report.At));
}

/// <summary>The worker's layers as events keep them.</summary>
internal static class Layers
{
    public static Layer[] Of(StoredImage image) =>
        [.. image.Layers.Select(l => new Layer(l.Digest, l.DiffId, l.ChainId, l.MediaType, l.Size, l.UnpackedSize, l.Existed))];
}
