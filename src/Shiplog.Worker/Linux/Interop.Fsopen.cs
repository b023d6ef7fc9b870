using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const int FSCONFIG_SET_FLAG = 0;
    public const int FSCONFIG_SET_STRING = 1;
    public const int FSCONFIG_CMD_CREATE = 6;

    private const nint SYS_move_mount = 429, SYS_fsopen = 430, SYS_fsconfig = 431, SYS_fsmount = 432;
    private const uint FSOPEN_CLOEXEC = 1, FSMOUNT_CLOEXEC = 1, MOVE_MOUNT_F_EMPTY_PATH = 4;

    // fsopen(2), fsconfig(2), fsmount(2), move_mount(2): glibc has wrappers since 2.36 only
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SyscallFsopen(nint number, string type, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SyscallFsconfig(nint number, SafeFileHandle context, uint command, string? key, string? value, int aux);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallFsmount(nint number, SafeFileHandle context, uint flags, uint attributes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SyscallMoveMount(nint number, SafeFileHandle from, string fromPath, int to, string toPath, uint flags);

    public static SafeFileHandle Fsopen(string type) => new(SyscallFsopen(SYS_fsopen, type, FSOPEN_CLOEXEC), ownsHandle: true);

    public static int Fsconfig(SafeFileHandle context, uint command, string? key, string? value) =>
        (int)SyscallFsconfig(SYS_fsconfig, context, command, key, value, 0);

    public static SafeFileHandle Fsmount(SafeFileHandle context) => new(SyscallFsmount(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0), ownsHandle: true);

    public static int MoveMount(SafeFileHandle mount, string target) =>
        (int)SyscallMoveMount(SYS_move_mount, mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
}
