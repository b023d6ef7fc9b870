using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers;

/// <summary>
/// A layer kept as one file, <c>layer.erofs</c> in its folder, mounted at <c>diff</c>: whoever reads unpacked layers need not know.
/// </summary>
internal static class LayerImage
{
    public const string Program = "mkfs.erofs";

    private const int ENOTBLK = 15;

    /// <summary>Turns the files of a layer in the making into an image of them. It is mounted by <see cref="Mount"/>.</summary>
    /// <exception cref="IOException">The program failed; the message has what it said.</exception>
    public static void Make(string folder)
    {
        var diff = Path.Combine(folder, "diff");
        var image = ImageOf(folder);
        // Not compressed: reading is as fast as it is, and the disk has the compressed blob besides.
        Programs.Run(Program, ["--quiet", image, diff]);
        FileCalls.RemoveTree(diff);
        Directory.CreateDirectory(diff);
    }

    /// <summary>Mounts the layer's image where it has one that is not mounted.</summary>
    /// <param name="mounted">The mount points that there are.</param>
    public static void Mount(string folder, IReadOnlySet<string> mounted)
    {
        var (image, point) = (ImageOf(folder), Path.Combine(folder, "diff"));
        if (!File.Exists(image) || mounted.Contains(point))
            return;
        try
        {
            Mounts.Mount(image, point, "erofs", Interop.MS_RDONLY, null);
        }
        catch (LinuxException e) when (e.Errno == ENOTBLK)
        {
            // Before Linux 6.12 it takes block devices only: mount(8) makes one of the file.
            Programs.Run("mount", ["-t", "erofs", "-o", "ro,loop", image, point]);
        }
    }

    /// <summary>Takes the mount away, at once from sight, and from the kernel when nobody reads in it any more.</summary>
    public static void Unmount(string folder)
    {
        if (File.Exists(ImageOf(folder)))
            Mounts.Unmount(Path.Combine(folder, "diff"), detach: true);
    }

    private static string ImageOf(string folder) => Path.Combine(folder, "layer.erofs");
}
