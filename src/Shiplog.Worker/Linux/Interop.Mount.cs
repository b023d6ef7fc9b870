using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const nuint MS_RDONLY = 1;
    public const nuint MS_NOSUID = 2;
    public const nuint MS_NODEV = 4;
    public const nuint MS_NOEXEC = 8;
    public const nuint MS_SYNCHRONOUS = 16;
    public const nuint MS_REMOUNT = 32;
    public const nuint MS_DIRSYNC = 128;
    public const nuint MS_NOATIME = 1024;
    public const nuint MS_NODIRATIME = 2048;
    public const nuint MS_BIND = 4096;
    public const nuint MS_REC = 16384;
    public const nuint MS_PRIVATE = 1 << 18;
    public const nuint MS_RELATIME = 1 << 21;
    public const nuint MS_STRICTATIME = 1 << 24;

    // mount(2)
    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string? source, string target, string? fileSystemType, nuint flags, string? data);
}
