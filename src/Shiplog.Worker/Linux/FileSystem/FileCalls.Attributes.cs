using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

/// <summary>A time as the kernel keeps it.</summary>
/// <param name="Seconds">Since 1970, may be negative.</param>
/// <param name="Nanoseconds">0..999999999</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FileTime(long Seconds, long Nanoseconds);

internal static partial class FileCalls
{
    private const int AT_SYMLINK_NOFOLLOW = 0x100;

    public static void SetOwner(SafeFileHandle file, uint uid, uint gid)
    {
        if (FChOwnNative(file, uid, gid) != 0)
            Throw("fchown", default);
    }

    public static void SetOwnerAt(SafeFileHandle directory, ReadOnlySpan<byte> name, uint uid, uint gid)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        if (FChOwnAtNative(directory, Terminate(name, buffer), uid, gid, AT_SYMLINK_NOFOLLOW) != 0)
            Throw("fchownat", name);
    }

    public static void SetMode(SafeFileHandle file, uint mode)
    {
        if (FChModNative(file, mode) != 0)
            Throw("fchmod", default);
    }

    /// <summary>For devices and pipes that the caller has just made: fchmodat(2) would follow a link.</summary>
    public static void SetModeAt(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        if (FChModAtNative(directory, Terminate(name, buffer), mode, 0) != 0)
            Throw("fchmodat", name);
    }

    public static void SetTime(SafeFileHandle file, FileTime time)
    {
        ReadOnlySpan<FileTime> both = [time, time];
        if (FUTimensNative(file, both) != 0)
            Throw("futimens", default);
    }

    public static void SetTimeAt(SafeFileHandle directory, ReadOnlySpan<byte> name, FileTime time)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        ReadOnlySpan<FileTime> both = [time, time];
        if (UTimensAtNative(directory, Terminate(name, buffer), both, AT_SYMLINK_NOFOLLOW) != 0)
            Throw("utimensat", name);
    }

    public static void SetLength(SafeFileHandle file, long length)
    {
        if (FTruncateNative(file, length) != 0)
            Throw("ftruncate", default);
    }

    public static void Seek(SafeFileHandle file, long position)
    {
        if (LSeekNative(file, position, 0) < 0)
            Throw("lseek", default);
    }

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwnNative(SafeFileHandle file, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FChOwnAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChModNative(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int FChModAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int FUTimensNative(SafeFileHandle file, ReadOnlySpan<FileTime> times);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UTimensAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<FileTime> times, int flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncateNative(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeekNative(SafeFileHandle file, long position, int whence);
}
