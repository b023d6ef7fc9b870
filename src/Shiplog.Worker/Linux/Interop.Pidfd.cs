using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    private const nint SYS_pidfd_send_signal = 424;
    private const nint SYS_pidfd_open = 434;

    // pidfd_open(2): glibc 2.36 has wrappers, older ones have not
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallPidfdOpen(nint number, int pid, uint flags);

    // pidfd_send_signal(2)
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallPidfdSendSignal(nint number, SafeFileHandle pidfd, int signal, nint info, uint flags);

    public static SafeFileHandle PidfdOpen(int pid) => new(SyscallPidfdOpen(SYS_pidfd_open, pid, 0), ownsHandle: true);

    public static int PidfdSendSignal(SafeFileHandle pidfd, int signal) =>
        (int)SyscallPidfdSendSignal(SYS_pidfd_send_signal, pidfd, signal, 0, 0);
}
