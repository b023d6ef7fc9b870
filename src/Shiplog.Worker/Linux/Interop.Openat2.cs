using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const ulong RESOLVE_NO_MAGICLINKS = 2;
    public const ulong RESOLVE_IN_ROOT = 16;

    private const nint SYS_openat2 = 437;

    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    // openat2(2): glibc has no wrapper
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SyscallOpenat2(nint number, SafeFileHandle folder, string path, in OpenHow how, nuint size);

    public static SafeFileHandle Openat2(SafeFileHandle folder, string path, OpenHow how) =>
        new(SyscallOpenat2(SYS_openat2, folder, path, in how, 24), ownsHandle: true);
}
