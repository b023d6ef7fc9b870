using Shiplog.Contracts;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>erofs</c>: as <c>overlay2</c>, over layers that are each one file, an EROFS image mounted read-only
/// (Documentation/filesystems/erofs.rst). Nobody can change a layer by accident, and deleting one is deleting a file.
/// </summary>
internal sealed class ErofsDriver(Instance instance) : OverlayDriver(instance)
{
    public const string DriverName = "erofs";

    public override string Name => DriverName;

    public override string? Missing() => Needs.Join(Needs.FileSystem("erofs"), Needs.Program(LayerImage.Program, "erofs-utils"), base.Missing());
}
