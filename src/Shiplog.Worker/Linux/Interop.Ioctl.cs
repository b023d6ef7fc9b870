using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    // ioctl_tty(2), also of pipes (pipe(7)): how many bytes can be read
    public const nuint FIONREAD = 0x541B;

    // ioctl_ficlone(2)
    public const nuint FICLONE = 0x40049409;

    // linux/btrfs.h
    public const nuint BTRFS_IOC_SNAP_CREATE = 0x50009401;
    public const nuint BTRFS_IOC_SUBVOL_CREATE = 0x5000940E;

    // ioctl(2)
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, out int result);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, SafeFileHandle source);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, ref BtrfsVolumeArguments arguments);

    /// <summary>struct btrfs_ioctl_vol_args</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct BtrfsVolumeArguments
    {
        public const int NameLength = 4088; // BTRFS_PATH_NAME_MAX + 1

        public long Descriptor;
        public fixed byte Name[NameLength];
    }
}
