using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Images;

/// <summary>An image that a step of a build made, on the image's own stream.</summary>
public static class RecordImageBuilt
{
    /// <summary>Recorded also where the build has ended meanwhile: the image is there, and may be removed like any other.</summary>
    public static Decision Decide(ImageBuiltReport report) => Decision.Accept(new ImageBuilt(
        report.Image.ImageId, report.BuildId, report.Step, report.ParentImageId, report.ContainerId, report.NewLayer,
        report.Image.ManifestDigest, report.Image.ManifestMediaType, report.Image.ConfigJson, Layers.Of(report.Image), report.At));
}
