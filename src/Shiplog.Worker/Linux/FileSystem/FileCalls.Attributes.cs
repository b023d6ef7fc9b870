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

    /// <summary>Of what is held, a link itself included, whatever has its name by now.</summary>
    public static void SetOwnerOf(SafeFileHandle held, uint uid, uint gid)
    {
        if (FChOwnAtNative(held, "\0"u8, uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0)
            Throw("fchownat", default);
    }

    public static void SetMode(SafeFileHandle file, uint mode)
    {
        if (FChModNative(file, mode) != 0)
            Throw("fchmod", default);
    }

    /// <summary>Of what is held, whatever has its name by now; never through a link.</summary>
    public static void SetModeOf(SafeFileHandle held, uint mode)
    {
        if (ChModNative(ProcPath(held), mode) != 0)
            Throw("chmod", default);
    }

    public static void SetTime(SafeFileHandle file, FileTime time)
    {
        ReadOnlySpan<FileTime> both = [time, time];
        if (FUTimensNative(file, both) != 0)
            Throw("futimens", default);
    }

    /// <summary>Of what is held, a link itself included.</summary>
    public static void SetTimeOf(SafeFileHandle held, FileTime time)
    {
        ReadOnlySpan<FileTime> both = [time, time];
        if (UTimensAtNative(held, "\0"u8, both, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0)
            Throw("utimensat", default);
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

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true)]
    private static partial int ChModNative(ReadOnlySpan<byte> path, uint mode);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int FUTimensNative(SafeFileHandle file, ReadOnlySpan<FileTime> times);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UTimensAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<FileTime> times, int flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncateNative(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeekNative(SafeFileHandle file, long position, int whence);
}
