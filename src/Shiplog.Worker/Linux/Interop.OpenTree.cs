using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const int AT_FDCWD = -100;
    public const uint OPEN_TREE_CLONE = 1;
    public const uint OPEN_TREE_CLOEXEC = O_CLOEXEC;

    private const nint SYS_open_tree = 428;

    // open_tree(2): glibc has a wrapper since 2.36 only
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SyscallOpenTree(nint number, int folder, string path, uint flags);

    public static SafeFileHandle OpenTree(string path, uint flags) =>
        new(SyscallOpenTree(SYS_open_tree, AT_FDCWD, path, flags), ownsHandle: true);
}
