using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>Subvolumes of btrfs. An empty one is deleted by rmdir(2), as a folder is.</summary>
internal static class Subvolumes
{
    /// <summary>Makes an empty one.</summary>
    public static void Create(string path)
    {
        var arguments = default(Interop.BtrfsVolumeArguments);
        Call(path, Interop.BTRFS_IOC_SUBVOL_CREATE, ref arguments);
    }

    /// <summary>Makes one that has what another has, and shares its blocks.</summary>
    public static void Snapshot(string source, string path)
    {
        using var held = FileSystem.FileCalls.OpenRoot(source);
        var arguments = new Interop.BtrfsVolumeArguments { Descriptor = held.DangerousGetHandle() };
        Call(path, Interop.BTRFS_IOC_SNAP_CREATE, ref arguments);
    }

    private static unsafe void Call(string path, nuint request, ref Interop.BtrfsVolumeArguments arguments)
    {
        fixed (byte* name = arguments.Name)
            Encoding.UTF8.GetBytes(Path.GetFileName(path), new Span<byte>(name, Interop.BtrfsVolumeArguments.NameLength - 1));
        using var parent = FileSystem.FileCalls.OpenRoot(Path.GetDirectoryName(path)!);
        if (Interop.Ioctl(parent, request, ref arguments) != 0)
            throw LinuxException.Last("btrfs subvolume", path);
    }
}
