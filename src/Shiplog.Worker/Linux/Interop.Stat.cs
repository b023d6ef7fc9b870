using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const int S_IFMT = 0xF000;
    public const int S_IFREG = 0x8000;
    public const int S_IFDIR = 0x4000;
    public const int S_IFCHR = 0x2000;
    public const int S_IFBLK = 0x6000;

    private struct StatxTime
    {
        private readonly long _seconds;
        private readonly long _nanoseconds;
    }

    // statx(2): the one stat whose structure is the same on every architecture
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct StatxBuffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        private readonly ushort _spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        private readonly StatxTime _accessed;
        private readonly StatxTime _born;
        private readonly StatxTime _changed;
        private readonly StatxTime _modified;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(SafeFileHandle folder, string path, int flags, uint mask, out StatxBuffer result);
}
