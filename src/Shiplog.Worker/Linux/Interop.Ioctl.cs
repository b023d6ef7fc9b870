using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    // ioctl_tty(2), also of pipes (pipe(7)): how many bytes can be read
    public const nuint FIONREAD = 0x541B;

    // ioctl(2)
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, out int result);
}
