using Shiplog.Contracts;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>fuse-overlayfs</c>: the union made by a process of its own for each root (fuse-overlayfs(1)), for file systems that overlayfs
/// does not take. Its upper directory has marks in other forms, so changes are found by comparison.
/// </summary>
internal sealed class FuseOverlayDriver(Instance instance) : ComparingDriver
{
    public const string Program = "fuse-overlayfs";

    public override string Name => "fuse-overlayfs";

    public override string? Missing() => Needs.Join(Needs.Program(Program, "fuse-overlayfs"), File.Exists("/dev/fuse") ? null : "FUSE in the kernel (/dev/fuse)");

    public override string ReadWriteFolder(ContainerPaths container) => container.Upper;

    public override void Mount(ContainerPaths container, RootLayers layers, RootUse use)
    {
        var options = "lowerdir=" + string.Join(':', layers.Lower);
        if (use != RootUse.ReadOnly)
        {
            OverlayDriver.MakeUpper(container.Upper, layers.Folders.LastOrDefault());
            Directory.CreateDirectory(container.Work);
            options += $",upperdir={container.Upper},workdir={container.Work}";
        }
        else if (Directory.Exists(container.Upper))
        {
            options = $"lowerdir={container.Upper}:{string.Join(':', layers.Lower)}";
        }
        Directory.CreateDirectory(container.Merged);
        // dev and suid, which FUSE takes away by default: what the image says is what there is. With a write-back cache the kernel keeps
        // the times of files that were written to for itself (Documentation/filesystems/fuse-io.rst), and may tell others than a later mount does.
        Programs.Run(Program, ["-o", options + ",dev,suid,writeback=0", container.Merged], instance.WorkerFolder);
    }
}
