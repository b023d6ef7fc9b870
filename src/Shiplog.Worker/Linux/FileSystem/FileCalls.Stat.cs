using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

/// <summary>What kind of file it is (inode(7), S_IFMT).</summary>
internal enum FileKind
{
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Symlink = 0xa000,
    Socket = 0xc000,
}

/// <summary>What statx(2) tells of a file.</summary>
/// <param name="Mode">Permission bits, with set-id and sticky.</param>
internal readonly record struct FileStatus(
    FileKind Kind, uint Mode, uint Uid, uint Gid, long Size, FileTime Modified, uint Links, ulong Device, ulong Inode, uint Major, uint Minor)
{
    /// <summary>How overlayfs marks a name that is deleted in an upper layer.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Major == 0 && Minor == 0;
}

internal static partial class FileCalls
{
    private const int AT_EMPTY_PATH = 0x1000;
    private const uint STATX_BASIC_STATS = 0x7ff;

    /// <returns><see langword="null"/> where there is no such entry.</returns>
    public static FileStatus? TryStatus(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        if (StatXNative(directory, Terminate(name, buffer), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, out var s) == 0)
            return Status(s);
        if (Errno != ENOENT)
            Throw("statx", name);
        return null;
    }

    public static FileStatus StatusOf(SafeFileHandle file)
    {
        if (StatXNative(file, "\0"u8, AT_EMPTY_PATH, STATX_BASIC_STATS, out var s) != 0)
            Throw("statx", default);
        return Status(s);
    }

    /// <summary>The content of a link that is held.</summary>
    public static byte[] ReadLink(SafeFileHandle held) => ReadLink(held, default);

    /// <summary>
    /// Whether this is one of the file systems by which the kernel shows itself (proc, sysfs, cgroup): their files are no files,
    /// and reading or making some there does things.
    /// </summary>
    public static bool IsKernels(SafeFileHandle directory) =>
        TypeOf(directory) is 0x9fa0 or 0x62656572 or 0x27e0eb or 0x63677270
            or 0x64626720 or 0x74726163 or 0x73636673 or 0xcafe4a11; // debugfs, tracefs, securityfs, bpf

    /// <summary>Whether a folder is on btrfs.</summary>
    public static bool IsBtrfs(string path)
    {
        using var folder = OpenRoot(path);
        return TypeOf(folder) == 0x9123683e;
    }

    private static long TypeOf(SafeFileHandle file)
    {
        Span<byte> status = stackalloc byte[256]; // struct statfs: 120 bytes, f_type first.
        if (FStatFsNative(file, status) != 0)
            Throw("fstatfs", default);
        return BitConverter.ToInt64(status);
    }

    public static byte[] ReadLink(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[Room(name)], target = stackalloc byte[PathMax];
        var length = ReadLinkAtNative(directory, Terminate(name, buffer), target, target.Length);
        if (length < 0)
            Throw("readlink", name);
        return target[..(int)length].ToArray();
    }

    private static FileStatus Status(in StatX s) => new(
        (FileKind)(s.Mode & 0xf000), s.Mode & 0xfffu, s.Uid, s.Gid, (long)s.Size, new FileTime(s.ModifiedSeconds, s.ModifiedNanoseconds),
        s.Links, ((ulong)s.DeviceMajor << 32) | s.DeviceMinor, s.Inode, s.Major, s.Minor);

    // struct statx of linux/stat.h: 256 bytes, the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(128)] public uint Major;
        [FieldOffset(132)] public uint Minor;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatXNative(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mask, out StatX status);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFsNative(SafeFileHandle file, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, Span<byte> target, nint size);
}
